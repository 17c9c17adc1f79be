import { HaopsError } from "./errors.ts"

/** Does what writes a file that the user named. Throws `E_INPUT` with the operating system's reason where that one will not have it. */
export async function writing<Result>(file: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write()
  } catch (cause) {
    if (!isSystemError(cause)) throw cause
    throw new HaopsError("E_INPUT", `${file} could not be written: ${cause.message}`, { cause })
  }
}

function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && "syscall" in thrown
}
