export declare const LAUNCHER: string
