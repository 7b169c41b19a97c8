// How a command tells the shell how it went.

export const exitCodes = {
  allDone: 0,
  someFailed: 1,
  usage: 2,
  /** 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
