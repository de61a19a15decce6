export function missingPeers(): string[];
export function whyNoInterop(): string[];
export function installPeers(): void;
