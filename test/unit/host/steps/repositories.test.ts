import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { COMPONENTS } from "../../../../src/components.ts"
import { haRepositories } from "../../../../src/host/packages/ha-repository.ts"
import { NO_LOCKS } from "../../../../src/host/packages/locks.ts"
import { NO_REPOSITORIES, type Repositories } from "../../../../src/host/packages/repositories.ts"
import { askInstallation, type PackageState } from "../../../../src/host/packages/state.ts"
import { packagesStep } from "../../../../src/host/steps/packages.ts"
import { facts, judge, run, SHELLS, sandbox } from "../../step-harness.ts"

const bare: PackageState = {
  installed: new Map(),
  broken: new Map(),
  kept: new Set(),
  heldBy: undefined,
  policyLeft: false,
  locks: NO_LOCKS,
}

const all = (disabled: readonly string[], enabled: readonly string[] = []): Repositories => ({
  ...NO_REPOSITORIES,
  enabled,
  disabled,
})

describe("the repository that is used for one installation", () => {
  test.each([
    ["Rocky, AlmaLinux and CentOS Stream 9", ["crb", "highavailability", "highavailability-source", "nfv"]],
    ["Oracle's", ["ol9_addons", "ol9_codeready_builder"]],
  ])("%s", (_title, disabled) => {
    expect(haRepositories(all(disabled))).toEqual([disabled.find((id) => /^highavailability$|_addons$/.test(id))])
  })

  test.each([
    "ha",
    "rhel-9-for-x86_64-highavailability-rpms",
    "rhel-9-for-x86_64-highavailability-rhui-rpms",
    "rhel-9-for-x86_64-highavailability-eus-rpms",
    "rhel-9-for-x86_64-highavailability-e4s-rpms",
    "rhel-9-for-x86_64-highavailability-e4s-rhui-rpms",
    "rhel-8-for-aarch64-highavailability-tus-rpms",
    "rhui-rhel-8-for-x86_64-highavailability-rhui-rpms",
    "rhel-ha-for-rhel-7-server-rpms",
    "rhel-ha-for-rhel-7-server-eus-rpms",
  ])("knows %s", (id) => {
    expect(haRepositories(all(["crb", id, "nfv"]))).toEqual([id])
  })

  test.each([
    "rhel-9-for-x86_64-highavailability-debug-rpms",
    "rhel-9-for-x86_64-highavailability-source-rpms",
    "rhel-9-for-x86_64-highavailability-beta-rpms",
    "rhel-9-for-x86_64-highavailability-eus-source-rpms",
    "rhel-ha-for-rhel-7-server-debug-rpms",
    "highavailability-debuginfo",
    "shared-ha-modules",
  ])("leaves %s alone", (id) => {
    expect(haRepositories(all([id]))).toEqual([])
  })

  const [plain, eus] = ["rhel-9-for-x86_64-highavailability-rpms", "rhel-9-for-x86_64-highavailability-eus-rpms"]

  test("is of the same kind as the base system's", () => {
    expect(haRepositories(all([plain, eus], ["rhel-9-for-x86_64-baseos-eus-rpms"]))).toEqual([eus])
    expect(haRepositories(all([plain, eus], ["rhel-9-for-x86_64-baseos-rpms"]))).toEqual([plain])
    expect(haRepositories(all([plain, eus], ["satellite"]))).toEqual([plain])
  })

  test("is none where one is enabled already", () => {
    expect(haRepositories(all([plain], [eus]))).toEqual([])
  })
})

describe("packages", () => {
  const packages = packagesStep(COMPONENTS)
  const rocky = facts({ os: "rocky", osVersion: "9.4", family: "el", packageManager: "dnf" })

  test("the plan shows the repository that is enabled for the one command", () => {
    const repositories = all(["crb", "highavailability"], ["baseos"])
    const { actions, findings } = judge(packages, { parts: ["shell"] }, { ...bare, repositories }, rocky)
    expect(findings).toEqual([])
    expect(actions).toMatchObject([{ label: "dnf --enablerepo=highavailability install pcs" }])
    expect(actions[0]?.type === "run" && actions[0].argv.slice(4)).toEqual([
      ...["dnf", "-q", "-y", "--setopt=install_weak_deps=False", "--enablerepo=highavailability", "install", "pcs"],
    ])
  })

  test.each([
    ["rocky", "9.4", "On the host: dnf config-manager --set-enabled highavailability"],
    ["almalinux", "8.10", "On the host: dnf config-manager --set-enabled ha"],
    ["centos", "10", "On the host: dnf config-manager --set-enabled highavailability"],
    ["ol", "9.4", "On the host: dnf config-manager --enable ol9_addons"],
    ["rhel", "9.4", /subscription-manager repos --enable=rhel-9-for-x86_64-highavailability-rpms$/],
    ["rhel", "7.9", /subscription-manager repos --enable=rhel-ha-for-rhel-7-server-rpms$/],
    ["amzn", "2023", /^Add a repository/],
    ["fedora", "41", undefined],
    ["centos", "7", undefined],
    ["ol", "7.9", "On the host: yum-config-manager --enable ol7_addons"],
  ])("%s %s: where none is there it is told how to come by one", (os, osVersion, hint) => {
    const of = facts({ os, osVersion, family: "el", packageManager: "dnf" })
    const have = { ...bare, repositories: all([], ["base"]) }
    const { findings } = judge(packages, { parts: ["shell"] }, have, of)
    const message = "none of the host's repositories is known to have pcs"
    const expected = typeof hint === "string" ? hint : expect.stringMatching(hint ?? "")
    expect(findings).toEqual(hint === undefined ? [] : [{ severity: "warning", message, hint: expected }])
    expect(judge(packages, { parts: ["haproxy"] }, have, of).findings).toEqual([])
  })
})

test("Red Hat's repository is named by the host's own architecture", () => {
  const of = facts({ os: "rhel", osVersion: "8.10", family: "el", packageManager: "dnf", arch: "aarch64" })
  const { findings } = judge(packagesStep(COMPONENTS), { parts: ["shell"] }, { ...bare, repositories: all([]) }, of)
  expect(findings[0]?.hint).toMatch(/ --enable=rhel-8-for-aarch64-highavailability-rpms$/)
})

test.each([
  [["SLE-Product-SLES15-SP5-Pool"], "SUSEConnect -p sle-ha/15.5/x86_64"],
  [["SUSE_Linux_Enterprise_High_Availability_Extension_x86_64:SLE-Product-HA15-SP5-Pool"], undefined],
  [["susemanager:sle-product-ha15-sp5-pool-x86_64"], undefined],
])("SLES with %j: where the extension is missing it is told how to come by it", (enabled, hint) => {
  const of = facts({ os: "sles", osVersion: "15.5", family: "suse", packageManager: "zypper" })
  const judged = judge(packagesStep(COMPONENTS), { parts: ["shell"] }, { ...bare, repositories: all([], enabled) }, of)
  const message = "none of the host's repositories is known to have crmsh"
  expect(judged.findings).toEqual(
    hint === undefined
      ? []
      : [{ severity: "warning", message, hint: expect.stringContaining(`High Availability Extension: ${hint}`) }],
  )
  const leap = { ...of, os: "opensuse-leap" }
  expect(
    judge(packagesStep(COMPONENTS), { parts: ["shell"] }, { ...bare, repositories: all([]) }, leap).findings,
  ).toEqual([])
})

describe.each(SHELLS)("the question about repositories in %s", (shell) => {
  test("reads dnf's own files, in their order", () => {
    using box = sandbox({})
    const put = (path: string, text: string) => {
      mkdirSync(join(box.path, path, ".."), { recursive: true })
      writeFileSync(join(box.path, path), text)
    }
    put("dnf/dnf.conf", "[main]\ngpgcheck=1\nexclude=kernel*, pcs\n  pacemaker?\n# exclude=haproxy\n")
    put("yum.conf", "[main]\nexclude=everything\n")
    put(
      "yum.repos.d/a.repo",
      "[baseos]\nname=Base\nenabled=1\n\n[appstream]\nname=No word of it\nexcludepkgs = haproxy\n",
    )
    put(
      "yum.repos.d/b.repo",
      "[highavailability]\nenabled = 0\nexclude=corosync\n[crb]\nenabled=False\n[nfv]\nenabled=0",
    )
    put("dnf/repos.override.d/99-config_manager.repo", "[nfv]\nenabled=1\n")
    put("dnf/modules.d/mariadb.module", "[mariadb]\nname=mariadb\nstream=\nprofiles=\nstate=disabled\n")
    put("dnf/modules.d/perl.module", "[perl]\nname=perl\nstream=5.32\nstate=enabled\n")
    const question = askInstallation(bare, [["pcs"]])!
    const script = question.script.replaceAll("/etc/", `${box.path}/`)
    expect(question.parse(run(script, { shell, path: box.path }))).toMatchObject({
      heldBy: undefined,
      repositories: {
        enabled: ["baseos", "appstream", "nfv"],
        disabled: ["highavailability", "crb"],
        excludes: [
          { from: "main", pattern: "kernel*" },
          { from: "main", pattern: "pcs" },
          { from: "main", pattern: "pacemaker?" },
          { from: "appstream", pattern: "haproxy" },
        ],
        modulesOff: ["mariadb"],
      },
    })
  })

  const asked = (files: Readonly<Record<string, string>>, dnf?: string) => {
    using box = sandbox({})
    if (dnf !== undefined) {
      writeFileSync(join(box.path, dnf), "", { mode: 0o755 })
      symlinkSync(dnf, join(box.path, "dnf"))
    }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(box.path, path, ".."), { recursive: true })
      writeFileSync(join(box.path, path), text)
    }
    const { script, parse } = askInstallation(bare, [["pcs"]])!
    const moved = script.replaceAll("/etc/", `${box.path}/etc/`).replaceAll("/usr/lib/sysimage/", `${box.path}/state/`)
    return parse(run(moved, { shell, path: box.path }))
  }

  test("reads yum's where there is no dnf: what it excludes is told with its file", () => {
    const have = asked({ "etc/yum.conf": "[main]\nexclude=kernel* pcs\n", "etc/yum.repos.d/a.repo": "[base]\n" })
    expect(have.repositories).toMatchObject({
      enabled: ["base"],
      excludes: [
        { from: "main", pattern: "kernel*" },
        { from: "main", pattern: "pcs" },
      ],
    })
    const el7 = facts({ os: "centos", osVersion: "7", family: "el", packageManager: "yum" })
    expect(judge(packagesStep(COMPONENTS), { parts: ["shell"] }, have, el7).findings).toMatchObject([
      {
        severity: "error",
        message: "pcs is needed, and excluded: somebody told yum to leave out pcs",
        hint: "If that is over, take it out of the exclude line of /etc/yum.conf.",
      },
    ])
  })

  test("reads the files that dnf 5 takes parts of its dnf.conf from, and adds up what they exclude", () => {
    const have = asked({
      "etc/dnf/libdnf5.conf.d/20-site.conf": "[main]\nexcludepkgs=pcs\n",
      "etc/dnf/libdnf5.conf.d/30-more.conf": "[main]\nexcludepkgs=haproxy\n",
      "etc/dnf/dnf.conf": "[main]\nexcludepkgs=kernel*\n",
    })
    expect(have.repositories?.excludes.map(({ pattern }) => pattern)).toEqual(["pcs", "haproxy", "kernel*"])
  })

  test("reads the modules where dnf 5 keeps them once it has changed one, each way that it writes them", () => {
    const dnf4 = { "etc/dnf/modules.d/pcs.module": "[pcs]\nname=pcs\nstate=disabled\n" }
    const table = `version = "1.0"
[modules]
[modules.mariadb]
enabled_stream = ""
installed_profiles = []
state = "Disabled"
[modules."perl.x"]
enabled_stream = "5.32"
state = "Enabled"
`
    const line = `[modules]\nmariadb-devel = {enabled_stream="",installed_profiles=[],state="Disabled"}\n`
    const off = (files: Readonly<Record<string, string>>, dnf: string) => asked(files, dnf).repositories?.modulesOff
    expect(off({ ...dnf4, "state/libdnf5/modules.toml": table }, "dnf5")).toEqual(["mariadb"])
    expect(off({ ...dnf4, "state/libdnf5/modules.toml": line }, "dnf5")).toEqual(["mariadb-devel"])
    expect(off(dnf4, "dnf5")).toEqual(["pcs"])
    // dnf 5 may be there beside it, and dnf's is dnf-3 then.
    expect(off({ ...dnf4, "state/libdnf5/modules.toml": table }, "dnf-3")).toEqual(["pcs"])
  })

  test("reads zypper's", () => {
    const id = "SUSE_Linux_Enterprise_High_Availability_Extension_x86_64:SLE-Product-HA15-SP5-Pool"
    const have = asked({ "etc/zypp/repos.d/ha.repo": `[${id}]\nname=HA\nenabled=1\nautorefresh=1\n` })
    expect(have.repositories).toMatchObject({ enabled: [id], disabled: [] })
  })

  test("has no answer where there are none of these files, and nothing is wrong with that", () => {
    using box = sandbox({})
    const question = askInstallation(bare, [["pcs"]])!
    const answer = question.parse(run(question.script.replaceAll("/etc/", `${box.path}/`), { shell, path: box.path }))
    expect(answer.repositories).toEqual(NO_REPOSITORIES)
  })
})
