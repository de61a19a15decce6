export const VIRTIOFSD: string;
export const KERNEL: string;
export const EXABGP_5: string;
export const PROMETHEUS: string;
export const PROMTOOL: string;
export const ROUTERS: string;
export const NEWER_ROUTERS: Readonly<
  Record<
    'bird-2.17' | 'bird-3' | 'frr-10' | 'openbgpd-8' | 'gobgp-4',
    { readonly suite: string; readonly package: string; readonly version: string }
  >
>;
export const SYSTEMD: string;
export function missingPeers(): string[];
export function whyNoInterop(): string[];
export function whyNoPrometheus(): string[];
export function whyNoShells(): string[];
export function whyNoVm(): string[];
export function whyNoSystemd(): string[];
export function installPeers(): void;
export function fetchRouters(): void;
export function fetchPrometheus(): void;
export function installShells(): void;
export function whyNoBrowser(): string[];
export function installBrowser(): void;
export function fetchSystemd(): void;
export function installVm(): void;
