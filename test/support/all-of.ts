// What an async iterator gives, as an array (Array.fromAsync came with Node 22).

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
