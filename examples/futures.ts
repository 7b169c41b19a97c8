// Futures: one call, many calls in order, and whoever ends first.
import { asCompleted, ProcessPoolExecutor } from '../src/futures.js';

function isPrime(n: number): boolean {
  for (let i = 2; i * i <= n; i++) if (n % i === 0) return false;
  return n > 1;
}

function after(ms: number, name: string): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, ms, name));
}

await using executor = new ProcessPoolExecutor({ maxWorkers: 2 });
console.log('is 97 a prime?', await executor.submit(isPrime, 97));

const numbers = Array.from({ length: 20 }, (_, i) => i);
const primes: number[] = [];
for await (const prime of executor.map((n: number) => (isPrime(n) ? n : 0), numbers)) {
  if (prime) primes.push(prime);
}
console.log(primes.join(', '));

const slow = executor.submit(after, 60_000, 'slow');
const quick = executor.submit(after, 1, 'quick');
for await (const future of asCompleted([slow, quick])) {
  console.log('first to end:', await future);
  break;
}
await executor.terminateWorkers(); // nobody waits for the slow one
