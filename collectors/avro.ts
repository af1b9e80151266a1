import type avro from "avsc";

/** Loaded only where something is in Avro. */
const avroLibrary = async () => (await import("avsc")).default;

/** A schema, written as JSON, as a type that reads; where it cannot be understood, why. */
export async function avroType(schema: string): Promise<avro.Type | string> {
  const library = await avroLibrary();
  try {
    return library.Type.forSchema(JSON.parse(schema) as avro.Schema, {
      logicalTypes: {
        decimal: decimals(library),
        "timestamp-millis": timestamps(library, 1),
        "timestamp-micros": timestamps(library, 1000),
      },
    });
  } catch (error) {
    return `its schema cannot be understood: ${(error as Error).message}`;
  }
}

/** Amounts come as decimal text, digit for digit. */
function decimals(library: typeof avro) {
  return class extends library.types.LogicalType {
    readonly scale: number;
    constructor(schema: avro.Schema, options: unknown) {
      super(schema, options as never);
      this.scale = Number((schema as { scale?: number }).scale ?? 0);
    }
    override _fromValue(value: Buffer): string {
      const unscaled = value.length === 0 ? 0n : BigInt.asIntN(value.length * 8, BigInt(`0x${value.toString("hex")}`));
      const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(this.scale + 1, "0");
      const whole = digits.slice(0, digits.length - this.scale);
      return `${unscaled < 0n ? "-" : ""}${whole}${this.scale > 0 ? `.${digits.slice(-this.scale)}` : ""}`;
    }
    /** Nothing is written. */
    override _toValue(): undefined {
      return undefined;
    }
  };
}

/** Instants as ISO 8601; `perMillisecond` units in one. */
function timestamps(library: typeof avro, perMillisecond: number) {
  return class extends library.types.LogicalType {
    override _fromValue(value: number): string {
      return new Date(Math.floor(value / perMillisecond)).toISOString();
    }
    override _toValue(): undefined {
      return undefined;
    }
  };
}
