# Sourced after lib.sh: the node images haops-node:RELEASE (bare), haops-prepared:RELEASE, haops-services:RELEASE, haops-fencing:RELEASE,
# haops-el:RELEASE and haops-suse:RELEASE.

# ensure_images RELEASE[+services][+fencing][+el][+suse]: builds the first two, and those asked for, unless they were built from the same inputs before.
ensure_images() {
  images_release=${1%%+*}
  ensure_nodes
  images_building=
  case $1+ in *+services+*) ensure_services & images_building="$images_building $!" ;; esac
  case $1+ in *+fencing+*) ensure_fencing & images_building="$images_building $!" ;; esac
  case $1+ in *+el+*) ensure_guise el & images_building="$images_building $!" ;; esac
  case $1+ in *+suse+*) ensure_guise suse & images_building="$images_building $!" ;; esac
  for images_build in $images_building; do wait "$images_build"; done
}

ensure_nodes() {
  images_inputs=$(inputs_hash "$images_release")
  if is_current "haops-node:$images_release" && is_current "haops-prepared:$images_release"; then return 0; fi
  ensure_base "$images_release"
  build_image haops-node bare
  build_image haops-prepared prepared
}

# What the data services are made of. Only some files of tests want it.
services_packages="mariadb-server galera-4 mariadb-backup rabbitmq-server memcached keystone python3-memcache"

# On the prepared image that is there: a change of it changes this one too.
ensure_services() {
  images_inputs=$(services_inputs)
  is_current "haops-services:$images_release" && return 0
  say "Building haops-services:$images_release"
  services_directory=$(mktemp -d)
  cp "$root/docker/services/"* "$root/docker/node/build/fetch-packages" "$services_directory"
  quietly env DOCKER_BUILDKIT=0 docker build --network host --tag "haops-services:$images_release" \
    --label "haops.inputs=$images_inputs" --build-arg "BASE=haops-prepared:$images_release" \
    --build-arg "PACKAGES=$services_packages" "$services_directory"
  rm -rf "$services_directory"
}

services_inputs() {
  {
    inputs_hash "$images_release"
    printf '%s\n' "$services_packages"
    content_of "$root/docker/services"
  } | sha256sum | cut -d' ' -f1
}

# What it takes to be fenced, on the prepared image that is there.
ensure_fencing() {
  images_inputs=$(fencing_inputs)
  is_current "haops-fencing:$images_release" && return 0
  say "Building haops-fencing:$images_release"
  quietly env DOCKER_BUILDKIT=0 docker build --network host --tag "haops-fencing:$images_release" \
    --label "haops.inputs=$images_inputs" --build-arg "BASE=haops-prepared:$images_release" "$root/docker/fencing"
}

fencing_inputs() {
  {
    inputs_hash "$images_release"
    content_of "$root/docker/fencing"
  } | sha256sum | cut -d' ' -f1
}

# ensure_guise el|suse: a node in the guise of another distribution. On the bare image that is there: a change of it changes this one too.
ensure_guise() {
  images_inputs=$(guise_inputs "$1")
  is_current "haops-$1:$images_release" && return 0
  say "Building haops-$1:$images_release"
  guise_directory=$(mktemp -d)
  guise_of "$1" "$guise_directory"
  quietly env DOCKER_BUILDKIT=0 docker build --network host --tag "haops-$1:$images_release" \
    --label "haops.inputs=$images_inputs" --build-arg "BASE=haops-node:$images_release" "$guise_directory"
  rm -rf "$guise_directory"
}

# guise_of el|suse DIRECTORY: what the image is built from: what both guises share, the guise, and its part for this release.
guise_of() {
  cp -R "$root/docker/guise/Dockerfile" "$root/docker/guise/build" "$root/docker/guise/$1/." "$2"
  cp "$root/docker/node/build/fetch-packages" "$2/build"
  rm -rf "$2/of"
  if [ -d "$root/docker/guise/$1/of/$images_release" ]; then
    cp -R "$root/docker/guise/$1/of/$images_release/." "$2"
  elif [ "$images_release" != bookworm ]; then
    die "haops-$1 is made of bookworm's packages, not of $images_release's"
  fi
}

guise_inputs() {
  {
    inputs_hash "$images_release"
    content_of "$root/docker/guise/Dockerfile"
    content_of "$root/docker/guise/build"
    content_of "$root/docker/guise/$1"
  } | sha256sum | cut -d' ' -f1
}

# Fence agents are packages of their own since Debian 13, where `fence-agents` draws in 300 packages that no test needs.
packages_of() {
  case $1 in
    bullseye | bookworm) images_fencing=fence-agents ;;
    trixie) images_fencing="fence-agents-common fence-agents-ipmilan fence-agents-redfish" ;;
    *) die "unknown release $1: bullseye, bookworm or trixie" ;;
  esac
  printf '%s\n' "pacemaker pacemaker-cli-utils pcs corosync resource-agents haproxy $images_fencing"
}

# What only some inventories want.
more_packages="crmsh keepalived"

inputs_hash() {
  {
    packages_of "$1"
    printf '%s\n' "$more_packages"
    content_of "$root/docker/node"
  } | sha256sum | cut -d' ' -f1
}

# content_of DIRECTORY: the names and contents of all files below it.
content_of() {
  find "$1" -type f | LC_ALL=C sort | while IFS= read -r images_file; do
    printf '%s\n' "${images_file#"$root"}"
    cat "$images_file"
  done
}

is_current() {
  [ "$(docker image inspect --format '{{index .Config.Labels "haops.inputs"}}' "$1" 2>/dev/null)" = "$images_inputs" ]
}

build_image() {
  say "Building $1:$images_release"
  quietly env DOCKER_BUILDKIT=0 docker build --network host --target "$2" --tag "$1:$images_release" \
    --label "haops.inputs=$images_inputs" --build-arg "BASE=haops-base:$images_release" \
    --build-arg "PACKAGES=$(packages_of "$images_release")" --build-arg "MORE=$more_packages" "$root/docker/node"
}

# A minimal Debian: pulled where the network allows it, else made from the distribution's packages.
ensure_base() {
  docker image inspect "haops-base:$1" >/dev/null 2>&1 && return 0
  if timeout 30 docker pull --quiet "debian:$1-slim" >/dev/null 2>&1; then
    say "Pulled debian:$1-slim"
    docker tag "debian:$1-slim" "haops-base:$1"
    return 0
  fi
  say "No image can be pulled: making a minimal $1 from Debian's packages"
  install_packages mmdebstrap debian-archive-keyring
  base_directory=$(mktemp -d)
  machine_sources "$1" >"$base_directory/sources"
  # Without a file of sources mmdebstrap takes the distribution's default mirrors.
  base_sources=
  [ ! -s "$base_directory/sources" ] || base_sources=$base_directory/sources
  quietly as_root mmdebstrap --variant=minbase "$1" "$base_directory/base.tar" ${base_sources:+"$base_sources"}
  quietly docker import "$base_directory/base.tar" "haops-base:$1"
  as_root rm -rf "$base_directory"
}

# The mirrors that this machine itself uses, for this release. Prints nothing where its indexes do not tell.
machine_sources() {
  { apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null || true; } |
    sort -u | awk -v release="$1" '
      $1 == "Debian" && !main { main = $2; print "deb", main, release, "main"; print "deb", main, release "-updates", "main" }
      $1 == "Debian-Security" && !security { security = $2; print "deb", security, release "-security", "main" }'
}
