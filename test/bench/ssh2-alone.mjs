// ssh2-alone.mjs KEY ADDRESS...: connects to all hosts at once by ssh2 and runs one command on each, and no more: what there is to do
// for anything that works by ssh2. It checks no host key.
import { readFileSync } from "node:fs"
import ssh2 from "ssh2"

const [key, ...addresses] = process.argv.slice(2)
const privateKey = readFileSync(key)
await Promise.all(addresses.map((host) => run(host, "sysctl -n net.ipv4.ip_nonlocal_bind net.ipv4.ip_forward")))

function run(host, command) {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    client.on("error", reject)
    client.on("ready", () =>
      client.exec(command, (error, channel) => {
        if (error) return reject(error)
        channel.resume().on("close", (code) => {
          client.end()
          if (code === 0) resolve()
          else reject(new Error(`${host}: exit ${code}`))
        })
      }),
    )
    client.connect({ host, username: "root", privateKey, readyTimeout: 60_000 })
  })
}
