import type { LabNode } from "./node.ts"
import { until } from "./until.ts"

export interface Sighting {
  node: string
  pid: number
  where: "cmdline" | "environ"
  /** The command line as any user of the node could have read it, or the environment, its words joined by spaces. */
  text: string
}

export interface WatchReport {
  sightings: readonly Sighting[]
  /** Looks at all of /proc, over all nodes. */
  samples: number
  /** The longest time in which a node was not looked at, in milliseconds: a shorter-lived process may have gone unseen. */
  longestGapMs: number
}

export interface SecretWatcher {
  stop(): Promise<WatchReport>
}

/** Looks for these strings in every process's command line and environment on every node, some two hundred times a second, until stopped. */
export async function watchSecrets(nodes: readonly LabNode[], secrets: readonly string[]): Promise<SecretWatcher> {
  await Promise.all(nodes.map((node) => startWatcher(node, secrets)))
  return {
    stop: async () => {
      const reports = await Promise.all(nodes.map(stopWatcher))
      return {
        sightings: reports.flatMap(({ sightings }) => sightings),
        samples: reports.reduce((sum, { samples }) => sum + samples, 0),
        longestGapMs: Math.max(...reports.map(({ longestGapMs }) => longestGapMs)),
      }
    },
  }
}

const DIRECTORY = "/var/lib/lab-watcher"

async function startWatcher(node: LabNode, secrets: readonly string[]): Promise<void> {
  await node.must(`rm -rf ${DIRECTORY} && mkdir -m 700 ${DIRECTORY}`)
  // By a file: the watcher's own command line must not hold them.
  await node.write(`${DIRECTORY}/secrets`, secrets.map((secret) => `${secret}\n`).join(""), 0o600)
  await node.write(`${DIRECTORY}/watch.pl`, WATCH)
  await node.must(`systemd-run --quiet --unit=lab-watcher --collect perl ${DIRECTORY}/watch.pl ${DIRECTORY}`)
  await until(async () => (await node.exec(`test -e ${DIRECTORY}/watching`)).code === 0, {
    what: `secret watcher on ${node.name}`,
    everyMs: 50,
  })
}

async function stopWatcher(node: LabNode): Promise<WatchReport> {
  await node.must("systemctl stop lab-watcher")
  const { samples, longestGapMs, sightings } = JSON.parse(await node.must(`cat ${DIRECTORY}/report`)) as {
    samples: number
    longestGapMs: number
    sightings: { pid: number; where: Sighting["where"]; hex: string }[]
  }
  await node.must(`rm -rf ${DIRECTORY}`)
  const decode = (hex: string) => Buffer.from(hex, "hex").toString("utf8").replaceAll("\0", " ").trim()
  return {
    samples,
    longestGapMs,
    sightings: sightings.map(({ pid, where, hex }) => ({ node: node.name, pid, where, text: decode(hex) })),
  }
}

/**
 * Needs perl-base alone, which every Debian has. Reports once per process, place and text. A process is read again when its command
 * line is another one, as after exec.
 */
const WATCH = String.raw`
use strict; use warnings; use Time::HiRes qw(time sleep);
my $dir = shift;
open my $list, '<', "$dir/secrets" or die; chomp(my @secrets = <$list>); close $list;
my $any = join '|', map { quotemeta } @secrets;
my ($samples, $gap, $last, $stop, %seen, %known) = (0, 0, time, 0);
sub content { open my $file, '<', shift or return; local $/; return scalar <$file> }
$SIG{TERM} = sub { $stop = 1 };
open my $mark, '>', "$dir/watching" or die; close $mark;
until ($stop) {
  opendir my $proc, '/proc' or die;
  for my $pid (grep { /^\d+$/ } readdir $proc) {
    my $cmdline = content("/proc/$pid/cmdline");
    next if !defined $cmdline || $known{"$pid $cmdline"}++;
    my %text = (cmdline => $cmdline, environ => content("/proc/$pid/environ") // '');
    for my $where (keys %text) {
      $seen{"$pid $where " . unpack 'H*', $text{$where}} = 1 if $text{$where} =~ /$any/o;
    }
  }
  closedir $proc;
  my $now = time; $gap = $now - $last if $now - $last > $gap; $last = $now; $samples++;
  sleep 0.004;
}
my @sightings = map { my ($pid, $where, $hex) = split; qq({"pid":$pid,"where":"$where","hex":"$hex"}) } sort keys %seen;
open my $out, '>', "$dir/report" or die;
printf $out '{"samples":%d,"longestGapMs":%.1f,"sightings":[%s]}', $samples, $gap * 1000, join ',', @sightings;
close $out;
`
