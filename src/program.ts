import { Argument, Command, Option } from "commander"
import { packageVersion } from "./base/package-root.ts"
import { KINDS } from "./drill/fault.ts"
import { PRESET_NAMES } from "./haproxy/presets/names.ts"
import { SERVICE_DRILLS } from "./model/drill.ts"
import { NAME_KINDS, SHELLS } from "./output/completion.ts"
import type { CompletionOptions } from "./verbs/completion.ts"
import { type Call, limit, listed, only, passphraseFile, span, verbOf, wholeNumber, yes } from "./verbs/flags.ts"

/** Every verb with its flags. A verb's code is loaded when it is called: `haops --help` reads none of it. */
export function createProgram(call: Call): Command {
  const program = new Command("haops")
    .description("Build, grow and prove a highly available control plane over SSH, from one inventory.")
    .version(packageVersion())
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 plan has changes, 3 some hosts failed, 4 none reached, 5 locked, 64 usage,\n65 inventory or playbook, 130 interrupted.",
    )
  const verb = verbOf(program, call)

  verb("init", "write a first inventory from flags, or from a few questions", () =>
    import("./verbs/init.ts").then(({ init }) => init),
  )
    .option("--name <name>", "the cluster's name (default: the directory's)")
    .addOption(listed("--controller <[name=]address>", "a controller; once for each"))
    .addOption(listed("--loadbalancer <[name=]address>", "a load balancer of its own; once for each"))
    .option("--vip <address/prefix>", "the virtual IP address")
    .option("--user <name>", "who logs in; another than root becomes root by sudo (default: from ~/.ssh/config)")
    .addOption(new Option("--preset <name>", "the services behind the VIP (default: openstack)").choices(PRESET_NAMES))
  verb("plan", "what `up` would do: diffs, commands, what the cluster will do", () =>
    import("./verbs/plan.ts").then(({ plan }) => plan),
  )
    .addOption(limit())
    .addOption(only())
    .option("--out <file>", "save the plan, for `haops up --plan`")
  verb("up", "converge the hosts to the inventory", () => import("./verbs/up.ts").then(({ up }) => up))
    .addOption(limit())
    .addOption(only())
    .addOption(yes())
    .option("--plan <file>", "apply this saved plan, or nothing where the hosts have changed since")
  verb("upgrade", "the stack's packages to their newest versions, host by host, under the VIP", () =>
    import("./verbs/upgrade.ts").then(({ upgrade }) => upgrade),
  )
    .addOption(new Option("--only <names...>", "only these components or packages: pacemaker, haproxy, …"))
    .option("--to <version>", "to this version, of the one thing that --only names")
    .addOption(yes())
    .option("--out <file>", "do nothing but plan, and save the plan, for `haops upgrade --plan`")
    .option("--plan <file>", "apply this saved plan, or nothing where the hosts have changed since")
  verb("status", "nodes, quorum, resources, VIPs at a glance", () =>
    import("./verbs/status.ts").then(({ status }) => status),
  )
    .addOption(new Option("--watch [seconds]", "look again and again, every 5 seconds").argParser(wholeNumber(1, 3600)))
    .addOption(
      new Option("--versions", "what each host has of the stack, and what its repositories offer").conflicts("watch"),
    )
  verb("verify", "end-to-end checks of a running cluster, each with its evidence", () =>
    import("./verbs/verify.ts").then(({ verify }) => verify),
  )
    .option("--fencing <node>", "really fence this node, measure it, and wait until all is as before; asks first")
    .addOption(new Option("-y, --yes", "do not ask before the node is fenced"))
  verb("add-node <name>", "add a node to the running cluster, live", () =>
    import("./verbs/add-node.ts").then(({ addNode }) => addNode),
  )
    .option("--address <address>", "its IP address: it is new, and is written into the inventory")
    .option("--allow-unreachable", "continue though another member does not answer, as long as there is quorum")
    .addOption(yes())
  verb("remove-node <name>", "remove a node from the running cluster and from the inventory", () =>
    import("./verbs/remove-node.ts").then(({ removeNode }) => removeNode),
  )
    .option("--force", "it is gone for good: continue though it does not answer")
    .option("--lose-quorum", "continue though the nodes that are left would have no quorum")
    .option("--lose-messages", "continue though RabbitMQ's messages are lost that it alone has")
    .addOption(yes())
  verb("standby <name>", "move a node's resources to the others; it stays a member and votes", () =>
    import("./verbs/standby.ts").then(({ standby }) => standby),
  ).addOption(new Option("-y, --yes", "do not ask before a VIP stops that no other node may run"))
  verb("unstandby <name>", "take a node back into service", () =>
    import("./verbs/standby.ts").then(({ unstandby }) => unstandby),
  )
  verb("maintenance", "put the cluster in maintenance mode, or end it", () =>
    import("./verbs/maintenance.ts").then(({ maintenance }) => maintenance),
  ).addArgument(
    new Argument("<state>", "on: resources are left as they are; off: managed again").choices(["on", "off"]),
  )
  addWhatIf(program, call)
  addDrill(program, call)
  addLb(program, call)
  addGalera(program, call)
  addKeystone(program, call)
  addJournal(program, call)
  verb(
    "report [id]",
    "one run as a page to look at, by default the last: what, where, when, diffs, a drill's chart",
    () => import("./verbs/report.ts").then(({ report }) => report),
  )
    .option("--drills", "the outages of all drills over time, in place of a run")
    .option("-o, --out <file>", "write it to FILE; else it goes to standard output")
  verb("collect", "what all nodes have of what happened, as one file: journals, logs, the CIB and its history", () =>
    import("./verbs/collect.ts").then(({ collect }) => collect),
  )
    .addOption(limit())
    .option("--since <time>", "from when on: 02:00, 90min, '2026-11-29 02:00' (default: 24h)")
    .option("-o, --out <file>", "the archive to make (default: CLUSTER-TIME.tar.gz)")
  verb(
    "backup",
    "what the cluster is made of, encrypted, in one file: keys, corosync.conf, the CIB, what up writes",
    () => import("./verbs/backup.ts").then(({ backup }) => backup),
  )
    .addOption(passphraseFile())
    .option("-o, --out <file>", "the file to write (default: CLUSTER-TIME.age)")
  verb("restore <file>", "the cluster of a backup, on hosts that are in none", () =>
    import("./verbs/restore.ts").then(({ restore }) => restore),
  )
    .addOption(passphraseFile())
    .option("--dry-run", "show what would be done, and touch nothing")
    .addOption(yes())
  verb("run <playbook>", "converge to a playbook of your own", () => import("./verbs/run.ts").then(({ run }) => run))
    .addOption(limit())
    .addOption(only())
    .addOption(yes())
  verb("exec <command...>", "run a command on all hosts (after --)", () =>
    import("./verbs/exec.ts").then(({ exec }) => exec),
  )
    .addOption(limit())
    .option("--root", "as root, by the host's `become`")
    .addOption(
      new Option("--command-timeout <seconds>", "limit for the command").default(600).argParser(wholeNumber(1, 86_400)),
    )
  verb("connections", "how other services reach those of the inventory: lines for their configuration", () =>
    import("./verbs/connections.ts").then(({ connections }) => connections),
  ).option("--reveal", "with passwords")
  verb(
    "render [files...]",
    "the files that `up` would write, from the inventory alone; all, or those of these names",
    () => import("./verbs/render.ts").then(({ render }) => render),
  )
    .option("--host <hosts>", "only of these hosts or groups, comma separated, globs allowed")
    .option("-o, --out <directory>", "write them to DIRECTORY/HOST/PATH")
    .option("--reveal", "with secrets")
  verb("facts", "facts of each host", () => import("./verbs/facts.ts").then(({ facts }) => facts))
    .addOption(limit())
    .option("--connection", "how each would be logged in to, and which line says so; connects to none")
  verb(
    "import-haproxy <files...>",
    "an existing haproxy.cfg as an inventory, on standard output; several files, or a directory",
    () => import("./verbs/import-haproxy.ts").then(({ importHaproxyVerb }) => importHaproxyVerb),
  ).addOption(
    listed("--vip <name=address>", "a VIP that the file binds, ADDRESS or ADDRESS/PREFIX; as often as needed"),
  )
  addAdopt(program, call)
  verb("import-keepalived <files...>", "the keepalived.conf of each host of a pair as sections of an inventory", () =>
    import("./verbs/import-keepalived.ts").then(({ importKeepalivedVerb }) => importKeepalivedVerb),
  )
  verb("completion", "a completion script on standard output", () =>
    import("./verbs/completion.ts").then(
      ({ completion }) =>
        (options: CompletionOptions, shell?: string) =>
          completion(options, program, shell),
    ),
  )
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .addOption(new Option("--names <kind>", "the names that the script asks for, one a line").choices(NAME_KINDS))
  verb("schema", "print the JSON Schema of the inventory", () =>
    import("./verbs/schema.ts").then(({ schema }) => schema),
  )
  return program
}

function addWhatIf(program: Command, call: Call): void {
  verbOf(program, call)(
    "what-if",
    "what would come of failures: votes, VIPs, services; by default of all single and double ones",
    () => import("./verbs/what-if.ts").then(({ whatIf }) => whatIf),
  )
    .option("--down <hosts>", "these hosts fail at once, comma separated")
    .option("--cut <sides>", "the network is cut between sides: controller1/controller2,controller3")
    .option("--fail <resource>", "a resource of the cluster fails where it runs")
    .option("--offline", "from the inventory alone: no host is asked")
}

function addDrill(program: Command, call: Call): void {
  const verb = verbOf(program, call)
  verb("drill", "have a node fail, and measure what the VIP's clients notice", () =>
    import("./verbs/drill.ts").then(({ drill }) => drill),
  )
    .addArgument(
      new Argument("<kind>", "what happens, to the node that holds the VIP or to a service").choices([
        ...KINDS,
        ...SERVICE_DRILLS,
      ]),
    )
    .option("--vip <name>", "the VIP (default: the first with a service)")
    .option("--service <name>", "the service that is asked (default: the VIP's first that speaks HTTP)")
    .addOption(
      new Option("--max-outage <span>", "fail where nothing is answered for longer: 3s, 500ms").argParser(span),
    )
    .addOption(new Option("--hold <span>", "the longest that a fault lasts").default(60_000, "60s").argParser(span))
    .addOption(
      new Option(
        "--recovery <span>",
        "for the cluster to be healthy again (default: 2min, 10min for reboot)",
      ).argParser(span),
    )
    .option("--report <file>", "write a page of it, with each request over time")
    .option("-y, --yes", "do not ask for confirmation")
}

function addAdopt(program: Command, call: Call): void {
  const verb = verbOf(program, call)
  verb("adopt", "an inventory of what runs, made by whomever, on standard output", () =>
    import("./verbs/adopt.ts").then(({ adopt }) => adopt),
  )
    .addOption(
      listed("--host <address>", "a host to ask; the other members of its cluster are asked as well; repeat it"),
    )
    .option("-o, --out <file>", "write it there")
    .option("--force", "over a file that is there")
    .option("--user <name>", "who logs in; another than root becomes root by sudo (default: from ~/.ssh/config)")
    .addOption(new Option("--port <n>", "port of sshd").argParser(wholeNumber(1, 65_535)))
    .option("--identity <file>", "private key (default: the agent and ~/.ssh/config)")
    .option("--jump <host>", "jump host, as [user@]host[:port] or a name of ~/.ssh/config")
    .option("--known-hosts <file>", "known_hosts file (default: ~/.ssh/known_hosts and the system's)")
}

function addLb(program: Command, call: Call): void {
  const lb = program
    .command("lb")
    .description("load balancers now: show, drain, maint, ready, on every haproxy at once")
  const verb = verbOf(lb, call)
  const force = () => new Option("--force", "also the last server of a service")
  verb("show [service]", "services and servers as each haproxy sees them", () =>
    import("./verbs/lb.ts").then(({ lbShow }) => lbShow),
  )
  verb("drain <service/server>", "no new connections; those that are there go on", () =>
    import("./verbs/lb-state.ts").then(({ lbDrain }) => lbDrain),
  ).addOption(force())
  verb("maint <service/server>", "no connections at all, no checks", () =>
    import("./verbs/lb-state.ts").then(({ lbMaint }) => lbMaint),
  ).addOption(force())
  verb("ready <service/server>", "takes connections again", () =>
    import("./verbs/lb-state.ts").then(({ lbReady }) => lbReady),
  )
}

function addGalera(program: Command, call: Call): void {
  const galera = program.command("galera").description("the database's cluster: what up does not do without a word")
  verbOf(galera, call)("recover", "bring it back after an outage of all its members", () =>
    import("./verbs/galera-recover.ts").then(({ galeraRecover }) => galeraRecover),
  )
    .addOption(listed("--without <name>", "a member that is gone for good, with what only it has; once for each"))
    .addOption(yes())
}

function addKeystone(program: Command, call: Call): void {
  const keystone = program.command("keystone").description("Keystone: what up does not do without a word")
  verbOf(keystone, call)("rotate", "its Fernet keys, on one host, and the same on all", () =>
    import("./verbs/keystone-rotate.ts").then(({ keystoneRotate }) => keystoneRotate),
  )
    .option("--force", "also where tokens that are good become invalid by it")
    .addOption(yes())
}

function addJournal(program: Command, call: Call): void {
  const journal = program.command("journal").description("what was done from this machine: the runs, or one of them")
  const verb = verbOf(journal, call)
  verb("list", "the runs, newest first", () => import("./verbs/journal.ts").then(({ journal }) => journal), {
    isDefault: true,
  })
  verb("show [id]", "one run, by default the last: what, where, before, after, how long", () =>
    import("./verbs/journal.ts").then(({ journalShow }) => journalShow),
  )
}
