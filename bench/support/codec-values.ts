// The values whose encoding is measured: what issue 4 names, and what else is sent often. Fresh ones in each process.

class Point {
  x = 1;
  y = 2.5;
  label = 'here';
}

/** The class that a reader of these values must know. */
export const instanceClass = Point;

const list = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => make(index));
const row = (index: number) => ({ id: index, name: `item ${index}`, ok: index % 2 === 0, score: index / 2 });
const nested = (index: number) => ({ id: index, name: `item ${index}`, at: { x: index, y: -index } });

/** Rows that a figure is demanded of. */
export const demanded: Record<string, unknown> = {
  'small-object': { id: 1, name: 'item 1', ok: true, score: 0.5 },
  '10k-objects': list(10_000, row),
  map: new Map(list(100, (index) => [`key ${index}`, index] as const)),
  set: new Set(list(100, (index) => index)),
  date: new Date(),
  error: new TypeError('something went wrong'),
  instance: new Point(),
  strings: list(1000, (index) => `string number ${index}`),
  numbers: list(10_000, (index) => index * 7),
  doubles: list(10_000, (index) => index / 3),
};

export const others: Record<string, unknown> = {
  number: 123456,
  'short string': 'hello world',
  'string of 1 KB': 'x'.repeat(1024),
  'nested object': {
    id: 7,
    at: { x: 1, y: 2 },
    tags: ['a', 'b'],
    user: { name: 'Ann', address: { city: 'Oslo' } },
  },
  'three numbers': [1, 2, 3],
  '10 objects': list(10, row),
  '100 objects': list(100, row),
  '1k nested objects': list(1000, nested),
  '1k objects of two kinds': list(1000, (index) => (index % 2 ? row(index) : { a: index, b: `${index}` })),
  'Map of objects': new Map(list(100, (index) => [index, row(index)] as const)),
  'Set of strings': new Set(list(100, (index) => `key ${index}`)),
  '1k strings of two bytes': list(1000, (index) => `łódź number ${index}`),
  '100 instances': list(100, () => new Point()),
  'Buffer of 1 KB': Buffer.alloc(1024, 7),
  'Buffer of 1 MB': Buffer.alloc(1 << 20, 7),
};
