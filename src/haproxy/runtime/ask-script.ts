import { quote } from "../../base/sh.ts"

/** In Debian's perl-base, so on every Debian; three times as fast as python. */
const PERL = `
use Socket;
my $path = shift;
for my $line (@ARGV) {
  local $SIG{ALRM} = sub { die "$path: no answer within 5 s\\n" };
  alarm 5;
  my $s;
  socket($s, PF_UNIX, SOCK_STREAM, 0) && connect($s, sockaddr_un($path)) or die "$path: $!\\n";
  syswrite($s, "$line\\n");
  my $answer = "";
  while (sysread($s, my $part, 65536)) { $answer .= $part }
  alarm 0;
  print "\\@\\@answer $line\\n$answer\\n";
}`

/** pcs brings a python to every node that has it: 3, or 2 on the oldest. */
const PYTHON = `
import os, socket, sys
path = sys.argv[1]
out = getattr(sys.stdout, "buffer", sys.stdout)
for line in sys.argv[2:]:
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(5)
    try:
        s.connect(path)
        s.sendall((line + "\\n").encode())
        answer = b""
        while True:
            part = s.recv(65536)
            if not part:
                break
            answer += part
    except (socket.error, OSError) as error:
        sys.exit("%s: %s" % (path, error))
    out.write(("@@answer %s\\n" % line).encode() + answer + b"\\n")
`

/**
 * Shell function `haproxy_ask COMMAND…`, which says each command to the runtime socket at `path` on a connection of its own and prints
 * `@@answer COMMAND` and what haproxy said. Exits 1 with the reason on standard error where the socket does not answer within 5 s,
 * and 69 where the host has neither perl nor python to ask with.
 */
export function haproxyAsk(path: string): string {
  return `
haproxy_ask() {
  if perl -MSocket -e 1 2>/dev/null; then
    perl -e ${quote(PERL)} ${quote(path)} "$@"
    return
  fi
  for python in python3 /usr/libexec/platform-python python2 python; do
    command -v "$python" >/dev/null 2>&1 || continue
    "$python" -c ${quote(PYTHON)} ${quote(path)} "$@"
    return
  done
  echo 'neither perl nor python is there to ask haproxy with' >&2
  return 69
}`
}

/** The answers in what `haproxy_ask` printed, by command. */
export function readAnswers(stdout: string): ReadonlyMap<string, string> {
  const parts = stdout.split(/^@@answer /m).slice(1)
  return new Map(
    parts.map((part) => {
      const end = part.indexOf("\n")
      return [part.slice(0, end), part.slice(end + 1).trim()]
    }),
  )
}
