import { createHmac, randomBytes, scrypt } from "node:crypto"
import { reveal, type Secret } from "../base/secret.ts"
import type { Action } from "../model/action.ts"

/** Makes digests that tell nothing of what they are made from, and can be compared under the same key only. */
export interface Digests {
  key: string
  /** Of what an action runs or writes, standard input and content included. What is only said about it does not count. */
  action(action: Action): Promise<string>
  text(text: string | Secret): Promise<string>
}

const LENGTH = 16

/**
 * `key`: of the plan that is compared with; default a new one. Contents may hold passwords that could be guessed, and the key lies beside the
 * digests: so they are made by scrypt, where each guess takes tens of milliseconds. The same content on three hosts takes them once.
 */
export function createDigests(key: string = randomBytes(32).toString("hex")): Digests {
  const known = new Map<string, Promise<string>>()
  const text = (value: string | Secret): Promise<string> => {
    const plain = reveal(value)
    const digest = known.get(plain) ?? slowly(plain, key)
    known.set(plain, digest)
    return digest
  }
  const action = async (one: Action): Promise<string> => {
    const bytes = bytesOf(one)
    const parts = [essence(one), bytes === undefined ? null : await text(bytes)]
    return createHmac("sha256", key)
      .update(JSON.stringify(parts))
      .digest("hex")
      .slice(0, 2 * LENGTH)
  }
  return { key, action, text }
}

function slowly(text: string, key: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(text, key, LENGTH, (error, digest) => (error ? reject(error) : resolve(digest.toString("hex"))))
  })
}

/** What could hold a secret. */
function bytesOf(action: Action): string | Secret | undefined {
  if (action.type === "run") return action.sameAs ?? action.stdin
  return action.type === "put" ? action.content : undefined
}

/** All the rest that decides what is done. */
function essence(action: Action): readonly unknown[] {
  switch (action.type) {
    case "run":
      return [action.type, action.argv, action.okCodes ?? [0], ...(action.on === undefined ? [] : [action.on])]
    case "put":
      return [action.type, action.path, action.mode, action.owner, action.validate ?? [], action.backup ?? false]
    case "copy":
      return [action.type, action.from, action.path, action.digest, action.mode, action.owner]
    case "wait":
      return [action.type, action.script]
  }
}
