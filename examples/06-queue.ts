// A producer and a consumer, each a process, with a queue between them.
import { setTimeout as pause } from 'node:timers/promises';
import { Process, Queue } from '../src/index.js';

class Producer extends Process {
  readonly queue: Queue<number>;

  constructor(queue: Queue<number>) {
    super();
    this.queue = queue;
  }

  override async run(): Promise<void> {
    for (let i = 0; i < 10; i++) {
      const item = i * 1000 + Math.floor(Math.random() * 1000);
      await this.queue.put(item);
      console.log(`${this.name} has put ${item}; in the queue: ${this.queue.qsize()}`);
      await pause(20);
    }
    this.queue.shutdown(); // nobody puts any more
  }
}

class Consumer extends Process {
  readonly queue: Queue<number>;

  constructor(queue: Queue<number>) {
    super();
    this.queue = queue;
  }

  override async run(): Promise<void> {
    await pause(100);
    for await (const item of this.queue) {
      console.log(`${this.name} has taken ${item}`);
      await pause(40);
    }
    console.log(`the queue is empty: ${this.queue.empty()}`);
  }
}

const queue = new Queue<number>();
const producer = new Producer(queue);
const consumer = new Consumer(queue);
await Promise.all([producer.start(), consumer.start()]);
await Promise.all([producer.join(), consumer.join()]);
