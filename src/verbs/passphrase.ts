import { cleanScreen } from "../base/clean.ts"
import { asHaopsError, HaopsError } from "../base/errors.ts"
import type { Secret } from "../base/secret.ts"
import { createSecretStore } from "../inventory/secrets.ts"

export interface PassphraseOptions {
  passphraseFile?: string | undefined
}

const VARIABLE = "HAOPS_PASSPHRASE"

/** Of a backup: from a file, or from the environment; never from the command line. Throws `E_INPUT` where there is none. */
export function passphraseOf({ passphraseFile }: PassphraseOptions): Secret {
  if (passphraseFile === undefined && process.env[VARIABLE] === undefined) {
    throw new HaopsError("E_INPUT", "a backup has a passphrase, and none is given", {
      hint: `Name a file that holds it with --passphrase-file, or export ${VARIABLE}.`,
    })
  }
  const store = createSecretStore({ onWarning: (text) => process.stderr.write(cleanScreen(`warning: ${text}\n`)) })
  try {
    return store(
      passphraseFile === undefined ? { from: "env", name: VARIABLE } : { from: "file", path: passphraseFile },
    )
  } catch (thrown) {
    // What it says besides is about inventories.
    const { code, message } = asHaopsError(thrown)
    throw new HaopsError(code, message, { hint: "It is to hold the passphrase of the backup, and nothing else." })
  }
}
