/**
 * What a script of Node's begins with so that it runs by itself, in `sh` and in JavaScript at once. Node 20 reads the certificates
 * that NODE_EXTRA_CA_CERTS names at every start: 75 ms for a distribution's bundle, an eighth of a run that changes nothing.
 * haops checks no certificate: only a drill asks over https, and it takes any. The variable is put back by src/startup/bin.ts for the commands that
 * haops starts.
 */
export const LAUNCHER = [
  "#!/bin/sh",
  '":" //; HAOPS_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS-}; export HAOPS_EXTRA_CA_CERTS; unset NODE_EXTRA_CA_CERTS; exec node "$0" "$@"',
].join("\n")
