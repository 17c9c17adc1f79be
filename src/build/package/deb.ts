import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Product } from "./product.ts"

/** A Debian package of `tree`, by dpkg-deb. */
export function buildDeb(product: Product, tree: string, output: string): void {
  const directory = `${tree}.deb`
  cpSync(tree, directory, { recursive: true })
  mkdirSync(join(directory, "DEBIAN"))
  writeFileSync(join(directory, "DEBIAN/control"), control(product))
  execFileSync("dpkg-deb", ["--root-owner-group", "-Zgzip", "--build", directory, output], {
    stdio: ["ignore", "ignore", "inherit"],
  })
}

export function control({ version, description, names }: Product): string {
  const fields = {
    Package: "haops",
    Version: version,
    Architecture: names.deb,
    Maintainer: "The haops developers <haops@localhost>",
    Section: "admin",
    Priority: "optional",
    Depends: "libc6 (>= 2.28), libstdc++6, libatomic1",
    Recommends: "openssh-client",
    Description: description,
  }
  return Object.entries(fields)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join("")
}
