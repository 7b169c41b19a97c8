// A record in shared memory, declared field by field: every field is one 32-bit word, addressed by its index.
//
//   const Slot = layout(['epoch', 'state', 'pid'])      Slot.pid === 2, Slot.words === 3
//   Atomics.load(words, base + Slot.pid)
//
// Declaring the names once keeps a layout readable and its size right; units and writers are said beside the declaration.

export type RecordLayout<Field extends string> = { readonly [name in Field]: number } & {
  /** How many words the record takes. */
  readonly words: number;
};

export function layout<const Field extends string>(fields: readonly Field[]): RecordLayout<Field> {
  const offsets = Object.fromEntries(fields.map((name, index) => [name, index]));
  return Object.freeze({ ...offsets, words: fields.length }) as RecordLayout<Field>;
}
