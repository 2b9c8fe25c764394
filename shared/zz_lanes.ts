import { hash } from 'node:crypto';
import { makeLanes } from './lanes.ts';
const t0=performance.now(); const { m, h } = makeLanes(16); console.log('compile', performance.now()-t0);
const mem = new Uint8Array(m.buffer);
const N=256, stride=192, out=512*1024;
const len=159;
for (let i=0;i<N;i++){ const p=i*stride; for(let k=0;k<len;k++) mem[p+k]=(i*7+k*13)&255; mem[p+len]=0x80; new DataView(m.buffer).setUint32(p+188, len*8); }
h(0,stride,3,N/4,out);
for (let i=0;i<N;i++){ const want=hash('sha256', mem.subarray(i*stride,i*stride+len),'hex'); const got=Buffer.from(mem.subarray(out+i*32,out+i*32+32)).toString('hex'); if(want!==got){console.log('differs',i,want,got);break;} }
for (let r=0;r<30;r++){ const t=performance.now(); for(let k=0;k<40;k++) h(0,stride,3,N/4,out); const ns=(performance.now()-t)*1e6/(40*N); if(r%5==0||r>26) console.log(ns.toFixed(0),'ns per 3-block hash'); }
const msg=mem.slice(0,159); for(let r=0;r<3;r++){ const t=performance.now(); for(let k=0;k<20000;k++) hash('sha256',msg,'hex'); console.log('plain hex',((performance.now()-t)*1e6/20000).toFixed(0)); }
