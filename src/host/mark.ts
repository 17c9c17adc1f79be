/** First line of a file or unit that haops wrote whole: by it haops knows its own again, and one without it is somebody else's. */
export const MANAGED = '# Managed by haops: changes made here are overwritten by the next "haops up".'

/** First line of a file by which haops adds its part to what somebody else manages. */
export const WRITTEN = "# Written by haops from the inventory; changes here are overwritten."
