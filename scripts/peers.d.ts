export const VIRTIOFSD: string;
export const KERNEL: string;
export function missingPeers(): string[];
export function whyNoInterop(): string[];
export function whyNoVm(): string[];
export function installPeers(): void;
export function installVm(): void;
