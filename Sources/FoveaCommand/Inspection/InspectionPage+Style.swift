extension InspectionPage {
    /// The look of the page, light or dark as the reader's system is.
    static let style = """
        :root { color-scheme: light dark; --text: #1c1e21; --faint: #666b73; --back: #fff; --card: #f5f6f8; --line: #dcdfe4;
          --bad: #b3261e; --good: #1b7f4b; --note: #8a6d00; --train: #3b6fd4; --val: #e08a2e; --test: #5aa66a; }
        @media (prefers-color-scheme: dark) { :root { --text: #e6e7ea; --faint: #9aa0a9; --back: #15171a; --card: #1f2226;
          --line: #363a41; --bad: #ff8a80; --good: #6fd39b; --note: #e3c55a; --train: #7aa2f7; --val: #f0a95a;
          --test: #86cf95; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 48px; }
        h1 { margin: 0; font-size: 28px; overflow-wrap: anywhere; }
        h2 { margin: 36px 0 12px; font-size: 20px; }
        h3 { margin: 0 0 4px; font-size: 16px; }
        h4 { margin: 14px 0 6px; font-size: 14px; overflow-wrap: anywhere; }
        small { color: var(--faint); font-weight: normal; }
        .verdict { margin: 4px 0 0; font-weight: 600; }
        .verdict.bad { color: var(--bad); } .verdict.good { color: var(--good); }
        .facts { display: flex; flex-wrap: wrap; gap: 10px; margin: 20px 0 0; }
        .facts div { background: var(--card); border-radius: 8px; padding: 8px 14px; }
        .facts dt { color: var(--faint); font-size: 12px; } .facts dd { margin: 0; font-weight: 600; }
        .bars { width: 100%; border-collapse: collapse; }
        .bars th { text-align: left; font-weight: normal; padding: 2px 14px 2px 0; max-width: 240px; overflow-wrap: anywhere; }
        .bars .bar { width: 75%; } .bars .bar div { display: flex; height: 14px; }
        .bars i { display: block; height: 100%; } .bars .count { text-align: right; padding-left: 10px;
          font-variant-numeric: tabular-nums; }
        i.train { background: var(--train); } i.val { background: var(--val); } i.test { background: var(--test); }
        .legend span { margin-right: 16px; } .legend i { display: inline-block; width: 12px; height: 12px; margin-right: 6px; }
        article { background: var(--card); border-left: 4px solid var(--bad); border-radius: 8px; padding: 14px 18px;
          margin: 0 0 14px; }
        article.note { border-color: var(--note); }
        .advice { color: var(--faint); margin: 0 0 8px; }
        .group { border-top: 1px solid var(--line); padding: 8px 0; } .group p { margin: 0 0 6px; overflow-wrap: anywhere; }
        .pictures { display: flex; flex-wrap: wrap; gap: 10px; align-items: flex-end; }
        figure { margin: 0; width: 112px; } figcaption { font-size: 12px; line-height: 1.35; overflow-wrap: anywhere;
          color: var(--faint); } figcaption b { color: var(--text); }
        img { display: block; border-radius: 4px; image-rendering: auto; }
        code { font: 0.92em ui-monospace, monospace; background: rgb(128 128 128 / 0.14); border-radius: 3px; padding: 1px 4px; }
        details { color: var(--faint); } details ul { margin: 4px 0; font-size: 13px; overflow-wrap: anywhere; }
        footer { margin-top: 40px; color: var(--faint); font-size: 13px; }
        """
}
