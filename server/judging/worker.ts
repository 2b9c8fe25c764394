import { parentPort } from 'node:worker_threads';
import { type StudyAsk, studyOf } from './study.ts';

parentPort?.once('message', ({ outcome, document, rest }: StudyAsk) => {
  parentPort?.postMessage(studyOf(outcome, document, rest));
});
