/** Where a guise has haproxy, its release there, a higher one, and how the manager looks into its repositories. */
interface Published {
  repository: string
  release: string
  newer: string
  refresh: string
}

/**
 * Shell that builds haproxy as the node's own repository has it anew with a higher release, and puts it there beside the old one. Told to the
 * manager by the metadata that createrepo_c made once, with another element that differs where the package does: its release, its digest and
 * its size. The manager looks into it at once, as its timer would have it do some day.
 */
export function publishRpm({ repository, release, newer, refresh }: Published): string {
  return `set -eu
cd "$(mktemp -d)"
of=/srv/repositories/${repository}
cp $of/x86_64/haproxy-*.rpm old.rpm && rpm2archive old.rpm && mkdir tree && tar xzf old.rpm.tgz -C tree
{ printf 'Name: haproxy\\nVersion: %s\\nRelease: ${newer}\\nSummary: haproxy\\n' "$(rpm -qp --qf '%{VERSION}' old.rpm)"
  printf 'License: see upstream\\nAutoReqProv: no\\n%%description\\nhaproxy\\n%%install\\ncp -a %s/. %%{buildroot}/\\n' "$PWD/tree"
  printf '%%posttrans\\nsystemctl daemon-reload >/dev/null 2>&1 || :\\n%%files\\n'
  rpm -qp --qf '[%{FILEMODES:perms} %{FILEFLAGS:fflags}| %{FILENAMES}\\n]' old.rpm |
    sed 's/^d[^|]*| \\(.*\\)/%dir "\\1"/; s/^[^%|]*c[^|]*n[^|]*| \\(.*\\)/%config(noreplace) "\\1"/; s/^[^%|]*| \\(.*\\)/"\\1"/'
} >haproxy.spec
rpmbuild -bb --quiet --define "_topdir $PWD" --define "_rpmdir $of" --define '__os_install_post %{nil}' \\
  --define 'debug_package %{nil}' --define '_build_id_links none' --define '_binary_payload w1.gzdio' haproxy.spec
python3 - $of <<'END'
import glob, gzip, hashlib, os, re, sys
of = sys.argv[1]
[rpm] = glob.glob(of + "/x86_64/haproxy-*-${newer}.*.rpm")
[primary] = glob.glob(of + "/repodata/*-primary.xml.gz")
sha = lambda data: hashlib.sha256(data).hexdigest()
def newer(found):
    text = found[0].replace('rel="${release}"', 'rel="${newer}"').replace("-${release}.", "-${newer}.")
    text = re.sub('(pkgid="YES">)[0-9a-f]+', r"\\g<1>" + sha(open(rpm, "rb").read()), text)
    return found[0] + re.sub('size package="[0-9]+"', 'size package="%d"' % os.path.getsize(rpm), text)
old = gzip.decompress(open(primary, "rb").read()).decode()
text = re.sub(r"<package type=\\"rpm\\">\\s*<name>haproxy</name>.*?</package>", newer, old, flags=re.S)
text = re.sub('packages="([0-9]+)"', lambda found: 'packages="%d"' % (int(found[1]) + 1), text, count=1).encode()
packed = gzip.compress(text)
open(of + "/repodata/newer-primary.xml.gz", "wb").write(packed)
# In its place, not into it: zypper keeps the one that it has read by another link to the same file.
os.remove(of + "/repodata/repomd.xml")
open(of + "/repodata/repomd.xml", "w").write(
  '<?xml version="1.0" encoding="UTF-8"?><repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>2</revision>'
  '<data type="primary"><checksum type="sha256">%s</checksum><open-checksum type="sha256">%s</open-checksum>'
  '<location href="repodata/newer-primary.xml.gz"/><size>%d</size><open-size>%d</open-size></data></repomd>'
  % (sha(packed), sha(text), len(packed), len(text)))
END
${refresh}
`
}
