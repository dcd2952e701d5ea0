import { readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import { PROTO_DIR } from "./contract.js";

/** Names of everything in a descriptor; the rest of it is skipped. @see google/protobuf/descriptor.proto */
const types = protobuf.Root.fromJSON({
  nested: {
    FileSet: { fields: { file: { rule: "repeated", type: "bytes", id: 1 } } },
    File: {
      fields: {
        name: { type: "string", id: 1 },
        package: { type: "string", id: 2 },
        dependency: { rule: "repeated", type: "string", id: 3 },
        messageType: { rule: "repeated", type: "Message", id: 4 },
        enumType: { rule: "repeated", type: "Named", id: 5 },
        service: { rule: "repeated", type: "Service", id: 6 },
      },
    },
    Message: {
      fields: {
        name: { type: "string", id: 1 },
        field: { rule: "repeated", type: "Named", id: 2 },
        nestedType: { rule: "repeated", type: "Message", id: 3 },
        enumType: { rule: "repeated", type: "Named", id: 4 },
      },
    },
    Service: {
      fields: { name: { type: "string", id: 1 }, method: { rule: "repeated", type: "Named", id: 2 } },
    },
    Named: { fields: { name: { type: "string", id: 1 } } },
  },
});

interface Named {
  readonly name: string;
}
interface MessageNames extends Named {
  readonly field?: readonly Named[];
  readonly nestedType?: readonly MessageNames[];
  readonly enumType?: readonly Named[];
}
interface FileNames extends Named {
  readonly package?: string;
  readonly dependency?: readonly string[];
  readonly messageType?: readonly MessageNames[];
  readonly enumType?: readonly Named[];
  readonly service?: readonly { readonly name: string; readonly method?: readonly Named[] }[];
}

/** The files of the contract and of the health service, as `buf build` makes them of `proto/`. */
export function readDescriptors(): Buffer {
  return readFileSync(join(PROTO_DIR, "descriptors.binpb"));
}

/** Finds files by name and by the symbols in them. */
export class DescriptorIndex {
  readonly services: readonly string[];
  readonly #files = new Map<
    string,
    { readonly bytes: Uint8Array; readonly dependencies: readonly string[] }
  >();
  readonly #symbols = new Map<string, string>();

  constructor(descriptors: Uint8Array) {
    const type = types.lookupType("FileSet");
    const set: { file?: Uint8Array[] } = type.toObject(type.decode(descriptors));
    const services: string[] = [];
    for (const bytes of set.file ?? []) {
      const file = fileNames(bytes);
      this.#files.set(file.name, { bytes, dependencies: file.dependency ?? [] });
      for (const symbol of symbolsOf(file)) this.#symbols.set(symbol, file.name);
      services.push(...(file.service ?? []).map(({ name }) => qualified(file, name)));
    }
    this.services = services.sort();
  }

  /** A file and everything that it imports; empty: there is none. */
  file(name: string): readonly Uint8Array[] {
    const found = new Map<string, Uint8Array>();
    const collect = (one: string): void => {
      const file = this.#files.get(one);
      if (file === undefined || found.has(one)) return;
      found.set(one, file.bytes);
      for (const dependency of file.dependencies) collect(dependency);
    };
    collect(name);
    return [...found.values()];
  }

  /** The file that defines a symbol, with what it imports. */
  fileWith(symbol: string): readonly Uint8Array[] {
    const name = this.#symbols.get(symbol.replace(/^\./, ""));
    return name === undefined ? [] : this.file(name);
  }
}

function fileNames(bytes: Uint8Array): FileNames {
  const type = types.lookupType("File");
  const { name = "", ...rest } = type.toObject(type.decode(bytes));
  return { name, ...rest };
}

function qualified(file: FileNames, name: string): string {
  return file.package === undefined || file.package === "" ? name : `${file.package}.${name}`;
}

function symbolsOf(file: FileNames): readonly string[] {
  const names = [
    ...(file.messageType ?? []).flatMap((message) => messageSymbols(message)),
    ...(file.enumType ?? []).map(({ name }) => name),
    ...(file.service ?? []).flatMap(({ name, method }) => [
      name,
      ...(method ?? []).map((one) => `${name}.${one.name}`),
    ]),
  ];
  return names.map((name) => qualified(file, name));
}

function messageSymbols({ name, field, nestedType, enumType }: MessageNames): readonly string[] {
  const inner = [
    ...(field ?? []).map((one) => one.name),
    ...(enumType ?? []).map((one) => one.name),
    ...(nestedType ?? []).flatMap(messageSymbols),
  ];
  return [name, ...inner.map((one) => `${name}.${one}`)];
}
