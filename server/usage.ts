const usages: Readonly<Record<string, string>> = {
  import: `  import FILE… --contest SLUG [--by 姓名] [--reason 理由] [--dry-run] [--strict] [--json]
                                                                投票开始前导入报送表、汇总表、线索征集表为候选，记入操作日志与选票账本
         [--preset 类型 [--title 名称] [--organizer 主办单位]]  活动还没有时，按类型新建一个草稿再导入（--dry-run 不新建）`,
  verify: `  verify [--contest SLUG] [--json]                              重算账本、存证点与计票，指出不一致处
  verify FILE [--key 公钥] [--json]                             离线核验导出的账本或核验包（.zip），不需要数据库与服务器设置
         [--checkpoint FILE]…                                   再与另存的存证点对照（也可与 --contest 同用）`,
  staff: `  staff add --name 姓名 --login 账号 --role administrator[,organizer]  新建账号，打印账号链接
  staff list | staff reset --login 账号                         列出账号；重置并打印新的链接`,
  quarantine: `  quarantine [--expect FILE]…                                   站点是否在隔离中（恢复的数据库可能是旧的，不接受投票），为什么
  quarantine lift --by 姓名 --reason 理由 [--expect FILE]…        解除隔离；--expect：账本须含有这个另存的存证点`,
  migrate:
    '  migrate                                                       建立或升级数据库（MIGRATE_URL：表的所有者），设定应用角色的权限',
  demo: '  demo                                                          在空数据库里放入演示活动',
  secret:
    '  secret rotate                                                 服务器停止后，把能更换的都换到 ZUIMEI_NEXT_ACCESS_SECRET 之下',
  witness: `  witness keygen --name 名称 --key FILE                          见证单位：生成密钥，打印要登记的公钥
  witness --log URL/log/SLUG --key FILE --state FILE [--log-key 公钥] [--every 60 | --once]
                                                                见证单位：看守账本，只增不改才签名（不需要数据库与服务器设置）`,
};

/** What is said of one command when it is asked for or used wrongly; of a name that is no command, all of them. */
export function usageOf(name: string): string {
  const own = Object.hasOwn(usages, name) ? usages[name] : undefined;
  return [
    `用法：zuimei <命令> [选项]（在源码文件夹里：npx pnpm zuimei …）`,
    '',
    own ?? Object.values(usages).join('\n'),
    '',
    'DATABASE_URL、DATA_DIR、ZUIMEI_SECRET 与服务器相同。退出码：0 成功，1 有不符或被拒绝，2 用法或给出的公钥不对、没有要找的活动，',
    '3 文件自身一致而公钥没有另外的来源（用 --key 给出印发的公钥，或用 --checkpoint 给出另存的存证点）。',
  ].join('\n');
}
