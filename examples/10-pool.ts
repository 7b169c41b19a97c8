// Four workers square a hundred numbers; the results come in the order of the numbers.
import { Pool } from '../src/index.js';

function square(number: number): number {
  return number * number;
}

await using pool = new Pool(4);
const squares = await pool.map(
  square,
  Array.from({ length: 100 }, (_, i) => i),
);
console.log('squares:', squares.join(' '));
