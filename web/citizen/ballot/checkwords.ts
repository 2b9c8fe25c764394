import type { ReceiptStep } from '@zuimei/shared/ledger/receipt.ts';

/** What failed, in plain words. The advice is the same for all: keep the receipt, tell the organizer and the auditors. */
export const stepWords: Record<ReceiptStep, string> = {
  proof: '存证文件读不懂',
  signature: '存证点的签名与公布的公钥不符',
  origin: '存证点不属于本次活动',
  index: '存证文件对应的是另一张选票',
  ballot: '账本里的内容与本机记录不一致',
  inclusion: '在存证点里没有找到这张选票',
};

export const wrongAdvice = '请保留此页截图，并向主办单位或监督部门反映。';
