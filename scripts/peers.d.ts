export const VIRTIOFSD: string;
export const KERNEL: string;
export const EXABGP_5: string;
export function missingPeers(): string[];
export function whyNoInterop(): string[];
export function whyNoVm(): string[];
export function installPeers(): void;
export function installVm(): void;
