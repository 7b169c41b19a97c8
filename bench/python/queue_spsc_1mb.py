"""Gigabytes a second from one process to another, in buffers of 1 MiB.  queue_spsc_1mb.py BUFFERS"""
import sys
import time
from multiprocessing import Event, Process, Queue

from figures import show

SIZE = 1 << 20
AHEAD = 8


def produce(queue, go, buffers):
    buffer = bytes([7]) * SIZE
    for _ in range(buffers // 5):
        queue.put(buffer)
    go.wait()
    for _ in range(buffers):
        queue.put(buffer)


def consume(queue, count):
    for _ in range(count):
        buffer = queue.get()
        if len(buffer) != SIZE or buffer[0] != 7 or buffer[-1] != 7:
            raise RuntimeError('another buffer came')


if __name__ == '__main__':
    buffers = int(sys.argv[1])
    queue, go = Queue(AHEAD), Event()
    producer = Process(target=produce, args=(queue, go, buffers))
    producer.start()
    consume(queue, buffers // 5)
    start = time.perf_counter()
    go.set()
    consume(queue, buffers)
    show(buffers * SIZE / (time.perf_counter() - start) / 1e9)
    producer.join()
