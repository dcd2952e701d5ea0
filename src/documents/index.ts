export * from "./alternatives.js";
export * from "./collections.js";
export { DocumentNode } from "./document-node.js";
export { jsonSchema } from "./json-schema.js";
export { quote, suggest } from "./near-name.js";
export { formatProblem, type Place, Problems } from "./problem.js";
export { type DocumentSource, readDocument } from "./read-document.js";
export * from "./scalars.js";
export { checked, INVALID, mapped, type Placed, placed, type Shape, type ShapeOf } from "./shape.js";
