// Microseconds of one round trip between two processes through words in shared memory, sleeping in futexes.
// pingpong TRIPS [SPINS]: how often the word is looked at before it sleeps, 0 unless said.
//
//   mailbox: value │ turn (0: empty, 1: full; the reader sleeps while it is 0)      one for each direction

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct mailbox {
  _Alignas(64) _Atomic int full;
  _Atomic int sleeping;
  int value;
};

static long spins;

static long futex(_Atomic int *word, int operation, int value) {
  return syscall(SYS_futex, word, operation, value, NULL, NULL, 0);
}

static void post(struct mailbox *box, int value) {
  box->value = value;
  atomic_store(&box->full, 1);
  if (atomic_load(&box->sleeping)) futex(&box->full, FUTEX_WAKE, 1);
}

static int take(struct mailbox *box) {
  for (long i = 0; i < spins && !atomic_load(&box->full); i++) continue;
  while (!atomic_load(&box->full)) {
    atomic_store(&box->sleeping, 1);
    if (!atomic_load(&box->full)) futex(&box->full, FUTEX_WAIT, 0);
    atomic_store(&box->sleeping, 0);
  }
  int value = box->value;
  atomic_store(&box->full, 0);
  return value;
}

static void round_trips(struct mailbox *there, struct mailbox *back, int count) {
  for (int i = 0; i < count; i++) {
    post(there, i);
    if (take(back) != i) abort();
  }
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  int trips = atoi(argv[1]);
  spins = argc > 2 ? atol(argv[2]) : 0;
  struct mailbox *boxes =
      mmap(NULL, 2 * sizeof *boxes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (boxes == MAP_FAILED) return 1;
  pid_t child = fork();
  if (child < 0) return 1;
  if (child == 0) {
    for (;;) {
      int value = take(&boxes[0]);
      if (value < 0) _exit(0);
      post(&boxes[1], value);
    }
  }
  round_trips(&boxes[0], &boxes[1], trips / 5);
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  round_trips(&boxes[0], &boxes[1], trips);
  clock_gettime(CLOCK_MONOTONIC, &to);
  post(&boxes[0], -1);
  waitpid(child, NULL, 0);
  double ns = (to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec);
  printf("{\"value\": %.4f}\n", ns / 1000 / trips);
  return 0;
}
