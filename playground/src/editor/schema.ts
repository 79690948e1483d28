// Walks the manifest's JSON Schema along a path of names.

/** The part of JSON Schema that the core writes. */
export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  allOf?: Schema[];
  anyOf?: Schema[];
  type?: string;
  enum?: string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  description?: string;
  required?: string[];
  format?: string;
}

/** A field that a table may have. */
export interface Field {
  name: string;
  schema: Schema;
  isRequired: boolean;
}

/** Answers questions about the manifest's tables and fields. */
export class Shapes {
  constructor(private readonly root: Schema) {}

  /** Every shape that may stand at `path`. */
  at(path: string[]): Schema[] {
    let shapes = this.opened(this.root);
    for (const name of path) {
      shapes = shapes.flatMap((shape) => this.step(shape, name)).flatMap((shape) => this.opened(shape));
    }
    return shapes;
  }

  /** The fields of whatever table may stand at `path`. */
  fields(path: string[]): Field[] {
    const fields = new Map<string, Field>();
    for (const shape of this.at(path)) {
      for (const [name, schema] of Object.entries(shape.properties ?? {})) {
        fields.set(name, { name, schema, isRequired: shape.required?.includes(name) ?? false });
      }
    }
    return [...fields.values()];
  }

  /** The words that may stand at `path`. */
  words(path: string[]): string[] {
    return [...new Set(this.at(path).flatMap((shape) => shape.enum ?? []))];
  }

  /** Whether `path` is a table. */
  isTable(path: string[]): boolean {
    return this.at(path).some((shape) => shape.type === "object");
  }

  /** What is said about the field at `path`. */
  description(path: string[]): string | null {
    const name = path[path.length - 1];
    const parents = this.at(path.slice(0, -1));
    const own = parents.flatMap((shape) => this.step(shape, name ?? "")).find((shape) => shape.description);
    return own?.description ?? this.at(path).find((shape) => shape.description)?.description ?? null;
  }

  private step(shape: Schema, name: string): Schema[] {
    if (name === "[]") return shape.items ? [shape.items] : [];
    const own = shape.properties?.[name];
    if (own) return [own];
    const other = shape.additionalProperties;
    return typeof other === "object" ? [other] : [];
  }

  private opened(shape: Schema): Schema[] {
    if (shape.$ref) {
      const target = this.root.$defs?.[shape.$ref.replace("#/$defs/", "")];
      return target ? this.opened(target) : [];
    }
    const choices = [...(shape.allOf ?? []), ...(shape.anyOf ?? [])];
    return choices.length > 0 ? choices.flatMap((choice) => this.opened(choice)) : [shape];
  }
}

/** Says in a word what a field holds. */
export function kindOf(shapes: Schema[]): string {
  const shape = shapes[0];
  if (!shape) return "";
  if (shape.format === "date") return "date";
  if (shape.enum) return "word";
  const names: Record<string, string> = { object: "table", array: "list", string: "text", boolean: "true or false" };
  return names[shape.type ?? ""] ?? shape.type ?? "";
}
