import { hostPort } from "../base/address.ts"
import type { Connections } from "../model/connection.ts"
import { hostsWith, settingsOf } from "../model/section.ts"
import { AMQP_PORT, RABBITMQ } from "./settings.ts"

/** As oslo.messaging reads it: each member with its login, since a client goes to another one when its own is gone. */
export const connections: Connections = (inventory) => {
  const hosts = hostsWith(inventory, RABBITMQ).map(({ address }) => hostPort(address, AMQP_PORT))
  const users = settingsOf(inventory, RABBITMQ)?.users ?? []
  return users.flatMap(({ name, password, permissions }) =>
    permissions.map(({ vhost }) => ({
      name: "transport_url",
      of: `${name} in ${vhost}`,
      value(secret) {
        const login = `${encodeURIComponent(name)}:${secret(password)}`
        return `rabbit://${hosts.map((host) => `${login}@${host}`).join(",")}/${vhost === "/" ? "" : encodeURIComponent(vhost)}`
      },
    })),
  )
}
