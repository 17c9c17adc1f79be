import { hostPort } from "../base/address.ts"
import type { Connections } from "../model/connection.ts"
import { GALERA, MYSQL_PORT, servesGalera } from "../model/galera.ts"
import { hostsOf } from "../model/inventory.ts"
import { settingsOf } from "../model/section.ts"

/** As SQLAlchemy reads it, at the VIP: haproxy sends it to the one member that takes writes. None where no haproxy is before the members. */
export const connections: Connections = (inventory) => {
  const settings = settingsOf(inventory, GALERA)
  if (settings === undefined) return []
  const members = hostsOf(inventory, settings.on)
  const bind = inventory.haproxy?.services.find((service) => servesGalera(service, members))?.bind
  if (bind === undefined || bind.address === "*") return []
  const place =
    bind.port === MYSQL_PORT
      ? hostPort(bind.address, bind.port).replace(/:\d+$/, "")
      : hostPort(bind.address, bind.port)
  return settings.databases.map(({ name, user, password }) => ({
    name: "connection",
    of: `${name}'s database`,
    value: (secret) =>
      `mysql+pymysql://${encodeURIComponent(user)}:${secret(password)}@${place}/${name}?charset=utf8mb4`,
  }))
}
