import { SluiceError } from "../../domain/errors.js";

/** A table of a TOML or YAML file, read field by field; every wrong kind is an error that names file and field. */
export class ForeignFields {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #where: string;
  readonly #file: string;

  constructor(value: unknown, where: string, file: string) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      throw new SluiceError("invalid_config", `${file}: ${where} must be a table.`, { field: where });
    }
    this.#values = new Map(Object.entries(value));
    this.#where = where;
    this.#file = file;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value === undefined || typeof value === "string") return value;
    throw this.#wrong(name, "a string");
  }

  number(name: string): number | undefined {
    const value = this.#values.get(name);
    if (value === undefined || typeof value === "number") return value;
    if (typeof value === "bigint") return Number(value);
    throw this.#wrong(name, "a number");
  }

  flag(name: string): boolean {
    const value = this.#values.get(name);
    if (value === undefined || typeof value === "boolean") return value ?? false;
    throw this.#wrong(name, "true or false");
  }

  texts(name: string): readonly string[] {
    const value = this.#values.get(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.#wrong(name, "a list of strings");
    return value.map((item: unknown) => {
      if (typeof item !== "string") throw this.#wrong(name, "a list of strings");
      return item;
    });
  }

  table(name: string): ForeignFields | undefined {
    const value = this.#values.get(name);
    return value === undefined ? undefined : new ForeignFields(value, this.#path(name), this.#file);
  }

  tables(name: string): readonly ForeignFields[] {
    const value = this.#values.get(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.#wrong(name, `a list of tables; in TOML [[${name}]]`);
    return value.map(
      (item: unknown, index) => new ForeignFields(item, `${this.#path(name)}[${index}]`, this.#file),
    );
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** A list whose items are names or tables. */
  namesOrTables(name: string): readonly (string | ForeignFields)[] {
    const value = this.#values.get(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.#wrong(name, "a list");
    return value.map((item: unknown, index) =>
      typeof item === "string" ? item : new ForeignFields(item, `${this.#path(name)}[${index}]`, this.#file),
    );
  }

  /** An error about a field of this table. */
  wrong(name: string, reason: string): SluiceError {
    return new SluiceError("invalid_config", `${this.#file}: ${this.#path(name)}: ${reason}.`, {
      field: this.#path(name),
    });
  }

  #wrong(name: string, kind: string): SluiceError {
    return this.wrong(name, `must be ${kind}`);
  }

  #path(name: string): string {
    return this.#where === "" ? name : `${this.#where}.${name}`;
  }
}
