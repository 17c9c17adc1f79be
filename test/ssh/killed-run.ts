import { Secret } from "../../src/base/secret.ts"
import { createConnector } from "../../src/transport/connector.ts"
import { calm, hostOf } from "./harness.ts"

// A run that is killed while it has a connection: by the home, the address and the port of its arguments.

const [home = "", address = "", port = ""] = process.argv.slice(2)
const connector = createConnector({ secret: () => new Secret(""), home })
const node = await connector.connect(hostOf({ address, port: Number(port) }, { transport: "openssh" }), calm)
await node.exec({ argv: ["true"] }, calm)
process.kill(process.pid, "SIGKILL")
