import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Product } from "./product.ts"

/** An RPM of `tree`, by rpmbuild. */
export function buildRpm(product: Product, tree: string, output: string): void {
  const top = `${tree}.rpm`
  mkdirSync(top)
  writeFileSync(join(top, "haops.spec"), spec(product, tree))
  const define = ["--define", `_topdir ${top}`, "--define", `_dbpath ${top}/db`]
  execFileSync("rpmbuild", ["-bb", "--quiet", "--target", product.names.rpm, ...define, join(top, "haops.spec")], {
    stdio: ["ignore", "ignore", "inherit"],
  })
  copyFileSync(join(top, `RPMS/${product.names.rpm}/haops-${product.version}-1.${product.names.rpm}.rpm`), output)
}

/** Nothing is made of what is in the tree: a stripped executable would have lost haops. */
export function spec({ version, description, license }: Product, tree: string): string {
  return `Name: haops
Version: ${version}
Release: 1
Summary: ${description}
License: ${license}
AutoReqProv: no
Requires: glibc >= 2.28, libstdc++, libatomic
Recommends: openssh-clients
%define debug_package %{nil}
%define __os_install_post %{nil}
%define _build_id_links none
%define _buildhost haops
%description
${description}.
%install
mkdir -p %{buildroot}
cp -a ${tree}/. %{buildroot}
%files
%attr(0755, root, root) /usr/bin/haops
%defattr(0644, root, root, 0755)
/usr/share/man/man1/*
/usr/share/bash-completion/completions/haops
/usr/share/fish/vendor_completions.d/haops.fish
/usr/share/doc/haops
`
}
