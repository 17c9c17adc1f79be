import type { CheckYaml, ServiceYaml } from "../section/service-schema.ts"
import { galera } from "./galera.ts"
import type { Preset } from "./preset.ts"
import { rabbitmq } from "./rabbitmq.ts"

const EVERY_2S = { interval: "2s", rise: 2, fall: 5 } as const
const TCP: CheckYaml = { type: "tcp", ...EVERY_2S }
const HTTP: CheckYaml = { type: "http", ...EVERY_2S }
/** Seed 000 asks port 443 in plain HTTP, which a TLS server answers with 400: its backends would all be down. */
const HTTPS: CheckYaml = { ...HTTP, tls: true }

/** The services of the seeds 000 and 001, named as in 001 where they differ, in the order of 001. */
export const openstack: Preset = [
  api("dashboard_cluster", 80, HTTP),
  api("dashboard_ssl_cluster", 443, HTTPS),
  galera,
  rabbitmq,
  api("glance_api_cluster", 9292, HTTP),
  api("glance_registry_cluster", 9191, TCP),
  api("keystone_admin_cluster", 35357, HTTP),
  api("keystone_public_cluster", 5000, HTTP),
  api("nova_ec2_api_cluster", 8773, TCP),
  api("nova_compute_api_cluster", 8774, HTTP),
  api("nova_placement_cluster", 8778, TCP),
  api("nova_metadata_api_cluster", 8775, TCP),
  api("nova_vncproxy_cluster", 6080, TCP),
  api("neutron_api_cluster", 9696, HTTP),
  api("cinder_api_cluster", 8776, HTTP),
  api("ceilometer_api_cluster", 8777, TCP),
  api("swift_proxy_cluster", 8080, TCP),
]

function api(name: string, port: number, check: CheckYaml): ServiceYaml {
  return { name, port, mode: "tcp", balance: "source", options: ["tcpka", "tcplog"], check }
}
