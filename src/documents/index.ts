export * from "./alternatives.js";
export * from "./collections.js";
export { DocumentNode, type Entry, type NodeKind } from "./document-node.js";
export { jsonSchema } from "./json-schema.js";
export { nearName, quote, suggest } from "./near-name.js";
export { formatProblem, type Place, type Problem, Problems } from "./problem.js";
export { type DocumentSource, readDocument } from "./read-document.js";
export * from "./scalars.js";
export { checked, INVALID, mapped, named, type Placed, placed, type Shape, type ShapeOf } from "./shape.js";
