import { startLab } from "./harness/lab.ts"
import { releaseTests } from "./services-release.ts"

releaseTests({
  release: "bullseye",
  start: () => startLab({ release: "bullseye", services: true }),
  mariadb: "10.5",
  rabbitmq: "3.8",
  flag: {
    leave: "systemctl set-environment _WSREP_NEW_CLUSTER=--wsrep-new-cluster",
    gone: "! systemctl show-environment | grep -q '^_WSREP_NEW_CLUSTER=.'",
  },
})
