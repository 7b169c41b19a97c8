/** Subclasses of Process: what of them is there in the child. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Lock, NotShippableError, Process, Queue, SerializationError } from '../../src/index.js';

async function resultOf<R>(child: Process<unknown[], R>): Promise<Awaited<R>> {
  await child.start();
  const result = await child.result();
  await child.join();
  return result;
}

describe('A subclass of Process', () => {
  it('runs its run() with its fields, as they were at the start', async () => {
    class Counter extends Process<unknown[], unknown> {
      numbers = [1, 2];
      readonly seen = new Map([['a', new Set([1])]]);
      declare later: string;

      override run(): unknown {
        return [this.name, this.numbers, this.seen, this.later, this.pid === process.pid, this.isAlive()];
      }
    }
    const child = new Counter();
    child.numbers.push(3);
    child.later = 'set later';
    const start = child.start();
    child.numbers.push(4);
    await start;
    const seen = new Map([['a', new Set([1])]]);
    assert.deepEqual(await child.result(), [child.name, [1, 2, 3], seen, 'set later', true, true]);
    assert.match(child.name, /^Counter-\d+$/);
  });

  it('may take arguments of its own, pass options on, and call its constructor with anything', async () => {
    class Sender extends Process<unknown[], void> {
      readonly queue: Queue<string>;

      constructor(queue: Queue<string>, name: string) {
        super({ name, daemon: true });
        this.queue = queue;
      }

      override async run(): Promise<void> {
        await this.queue.put(`${this.name} ${this.daemon}`);
      }
    }
    const queue = new Queue<string>();
    await resultOf(new Sender(queue, 'sender'));
    assert.equal(await queue.get(), 'sender true');
  });

  it('has its getters, setters, methods and statics', async () => {
    class Rectangle extends Process<unknown[], number> {
      static readonly factor: number = 10;
      static scale(n: number): number {
        return n * Rectangle.factor;
      }
      width = 2;
      height = 3;
      get area(): number {
        return this.width * this.height;
      }
      set size(size: number) {
        this.width = size;
        this.height = size;
      }
      override run(): number {
        this.size = this.area;
        return Rectangle.scale(this.area);
      }
    }
    assert.equal(await resultOf(new Rectangle()), 360);
  });

  it('may be a subclass of a subclass, and call super', async () => {
    class Base extends Process<unknown[], string> {
      word = 'base';
      override run(): string {
        return `${this.word}${this.end()}`;
      }
      end(): string {
        return '.';
      }
    }
    class Middle extends Base {
      override word = 'middle';
    }
    class Derived extends Middle {
      override end(): string {
        return `!${super.end()}`;
      }
      override run(): string {
        return `derived ${super.run()}`;
      }
    }
    assert.equal(await resultOf(new Derived()), 'derived middle!.');
  });

  it('runs target when it has no run() of its own', async () => {
    class Named extends Process<[number], number> {
      extra = 1;
    }
    const child = new Named({ target: (n: number) => n * 2, args: [21] });
    assert.equal(await resultOf(child as Process<unknown[], number>), 42);
  });

  it('holds locks and the like as fields', async () => {
    class Holder extends Process<unknown[], boolean> {
      readonly lock = new Lock();
      override run(): boolean {
        return this.lock.tryAcquire();
      }
    }
    const child = new Holder();
    child.lock.tryAcquire();
    assert.equal(await resultOf(child), false);
  });

  it('with a field that can not travel is refused, naming the field', async () => {
    class Logger extends Process {
      readonly out = { stream: process.stdout };
      override run(): void {}
    }
    await assert.rejects(new Logger().start(), (error: Error) => {
      assert.ok(error instanceof SerializationError || error instanceof NotShippableError, String(error));
      assert.match(error.message, /out\.stream/);
      return true;
    });
  });

  it('with a private field is refused, naming field and remedy', async () => {
    class Secretive extends Process<unknown[], string> {
      #secret = 'hidden';
      override run(): string {
        return this.#secret;
      }
    }
    await assert.rejects(new Secretive().start(), (error: Error) => {
      assert.ok(error instanceof SerializationError, String(error));
      assert.match(
        error.message,
        /Secretive-\d+\.instance: Secretive \(.*#secret.*plain field.*registerType\(Secretive/,
      );
      return true;
    });
  });
});
