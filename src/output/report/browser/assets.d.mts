export function chartAssets(): { script: string; style: string }
