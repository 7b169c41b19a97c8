"""Microseconds of one round trip through a pipe.  pipe_roundtrip.py TRIPS"""
import sys
import time
from multiprocessing import Pipe, Process

from figures import show


def echo(connection):
    while True:
        value = connection.recv()
        if value is None:
            return
        connection.send(value)


def round_trips(here, count):
    for i in range(count):
        here.send(i)
        if here.recv() != i:
            raise RuntimeError('another number came back')


if __name__ == '__main__':
    trips = int(sys.argv[1])
    here, there = Pipe()
    peer = Process(target=echo, args=(there,))
    peer.start()
    round_trips(here, trips // 5)
    start = time.perf_counter()
    round_trips(here, trips)
    show((time.perf_counter() - start) / trips * 1e6)
    here.send(None)
    peer.join()
