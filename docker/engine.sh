# Sourced after lib.sh: a container engine that answers this user.

# Uses the engine that is there; installs and starts one only where none answers.
ensure_engine() {
  if ! engine_answers; then
    install_engine
    start_engine
    allow_user
  fi
  raise_inotify_limit
}

engine_answers() {
  command -v docker >/dev/null && docker info >/dev/null 2>&1
}

install_engine() {
  command -v dockerd >/dev/null && command -v docker >/dev/null && return 0
  say "No container engine here"
  install_packages docker.io iptables
  # Debian 13 has the client in a package of its own.
  command -v docker >/dev/null || install_packages docker-cli
}

start_engine() {
  as_root docker info >/dev/null 2>&1 && return 0
  if [ -d /run/systemd/system ]; then
    say "Starting the container engine by systemd"
    quietly as_root systemctl start docker
  else
    engine_log=/var/log/haops-dockerd.log
    say "Starting dockerd in the background, its log is $engine_log"
    as_root sh -c "nohup dockerd --group '$(id -gn)' >$engine_log 2>&1 </dev/null &"
  fi
  engine_deadline=$(($(date +%s) + 60))
  until as_root docker info >/dev/null 2>&1; do
    if [ "$(date +%s)" -ge "$engine_deadline" ]; then
      [ -z "${engine_log:-}" ] || as_root tail -n 20 "$engine_log" >&2
      die "the container engine did not answer within 60 s"
    fi
    sleep 0.2
  done
}

# The tests talk to the engine's socket as the user who runs them.
allow_user() {
  engine_answers && return 0
  say "Giving group $(id -gn) access to the engine's socket until it restarts"
  as_root chgrp "$(id -gn)" /var/run/docker.sock
  engine_answers || die "the container engine does not answer $(id -un)"
}

# Every systemd in a container takes a few inotify instances; with the usual 128 the tenth node fails to boot
# ("Too many open files").
raise_inotify_limit() {
  inotify_now=$(cat /proc/sys/fs/inotify/max_user_instances)
  [ "$inotify_now" -lt 1024 ] || return 0
  say "Raising fs.inotify.max_user_instances from $inotify_now to 1024 until the next boot"
  as_root sh -c 'echo 1024 >/proc/sys/fs/inotify/max_user_instances' || say "(not allowed; many nodes at once may not boot)"
}

# What a systemd node needs of `docker run`, one argument a line, by the engine's cgroup version. CAP_SYS_RESOURCE is left
# out because hosts that lack it themselves cannot give it.
node_options() {
  printf '%s\n' --cap-add=ALL --cap-drop=SYS_RESOURCE --security-opt=seccomp=unconfined \
    --security-opt=apparmor=unconfined --shm-size=256m --tmpfs=/run --tmpfs=/run/lock --tmpfs=/tmp
  if [ "$(docker info --format '{{.CgroupVersion}}')" = 2 ]; then
    printf '%s\n' --cgroupns=private
  else
    printf '%s\n' --volume=/sys/fs/cgroup:/sys/fs/cgroup:ro
  fi
}
