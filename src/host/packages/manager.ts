/** How one package manager is spoken to. Scripts are POSIX `sh`, run as root. */
export interface PackageManager {
  database: PackageDatabase
  /** A version of a package as it is asked for. */
  argument(name: string, version: string): string
  /** What follows `sh -c` to install the packages that come after it: a script, its `$0`, its own arguments, the command. */
  install(options: InstallOptions): readonly string[]
  /** What is to be had of packages. */
  offers: PackageOffers
  /** Fetches what the repositories have by now, as root. */
  refresh: readonly string[]
  /** What a package that no repository has is looked for by, for people. */
  search: string
  /** How packages that somebody told it to leave alone are released, for people. */
  release(names: readonly string[]): string
  /** Shell that calls `held_by PID` for a process which holds its lock, and then returns; and does nothing where it is free. */
  held: string
}

/** What keeps the record of installed packages, for one manager or several. */
export interface PackageDatabase {
  name: string
  /** Where this program is, so is the database. */
  program: string
  /** What its lines begin with, so that nothing else is taken for one. */
  key: string
  /** Shell that tells of the packages `"$@"`, a line each behind the key. One that is not there is an answer. */
  query: string
  /** What a line says behind the key. */
  read(words: readonly string[]):
    | {
        name: string
        version?: string | undefined
        broken?: string | undefined
        /** Somebody told the manager to leave it as it is, there or not. */
        kept?: boolean | undefined
      }
    | undefined
  /** Words of a line behind the key. */
  words: number
  /** Shell that prints `broken WHAT` for all that is wrong with it. */
  audit: string
  /** How that is mended. */
  repair: string
}

export interface InstallOptions {
  /** Services of the packages must not start. Matters on Debian; elsewhere they never do. */
  quiet: boolean
  /** Ids of repositories that are disabled and that are used for this one command. */
  repositories: readonly string[]
  /** A version is asked for, so going back is meant. */
  downgrade: boolean
  /** Nothing may be removed for it. Matters on Debian; elsewhere nothing ever is. Default false. */
  removesNothing?: boolean
}

/** What a manager knows to be in its repositories. */
export interface PackageOffers {
  /** Shell that tells of the packages `"$@"`, with these repositories besides the enabled ones. */
  script(repositories: readonly string[]): string
  /** Pure. Reads what that printed. */
  read(stdout: string): Offers
}

export interface Offers {
  /** By name: the version that an upgrade would come to. A package that is at its newest may be missing. */
  candidates: ReadonlyMap<string, string>
  /** By name: all versions, the newest first, as far as the manager tells them. */
  versions: ReadonlyMap<string, readonly string[]>
}

/** Seconds that another package manager may take: an unattended upgrade with a new kernel needs minutes. */
export const LOCK_WAIT_S = 600

/** Common start: `logged COMMAND…` keeps its output on the node, and neither a hang-up nor a lost pipe ends it half-way. */
export const LOGGED = `
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH
log=$(mktemp) || exit
trap '' HUP
trap 'rm -f -- "$log"' EXIT
logged() { "$@" >"$log" 2>&1; }
fail() { cat -- "$log" >&2; exit "$1"; }
`

export const PLAIN_SCRIPT = `${LOGGED}
logged "$@" || fail $?`

/** Shell for a manager that writes its process id into one of these files. */
export function heldByPid(files: readonly string[]): string {
  return `for lock in ${files.join(" ")}; do
    read -r pid <"$lock" || continue
    [ -d "/proc/$pid" ] || continue
    held_by "$pid"; return
  done`
}
