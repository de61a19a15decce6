import type { Answer } from '../call.ts';
export const answer: Answer = async () => 0;
