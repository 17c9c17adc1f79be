import { startLab } from "./harness/lab.ts"
import { releaseTests } from "./services-release.ts"

releaseTests({
  release: "trixie",
  start: () => startLab({ release: "trixie", services: true }),
  mariadb: "11.8",
  rabbitmq: "4.0",
  flag: {
    leave: "echo _WSREP_NEW_CLUSTER=--wsrep-new-cluster >/run/mariadb-wsrep-new-cluster",
    gone: "! test -e /run/mariadb-wsrep-new-cluster",
  },
})
