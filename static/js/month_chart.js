// Draws the running totals of a year beside those of the year before. The numbers stand in #month-data, made by the
// server; the table below the chart says the same. A point opens its month's projects.
(function () {
  "use strict";

  const box = document.getElementById("month-chart");
  const source = document.getElementById("month-data");
  if (!box || !source || !window.echarts) {
    if (box) box.hidden = true;
    return;
  }

  const data = JSON.parse(source.textContent);
  const year = Number(box.dataset.year);
  const amount = (value) => value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const names = { now: String(year), before: String(year - 1) };
  // The renderer writes no style attribute that the Content-Security-Policy forbids.
  const chart = window.echarts.init(box, null, { renderer: "svg" });

  function lastKnown(values) {
    for (let place = values.length - 1; place >= 0; place -= 1) if (values[place] !== null) return place;
    return -1;
  }

  function line(name, values, colour, dashed) {
    const last = lastKnown(values);
    return {
      name: name,
      type: "line",
      data: values.map((value, place) => ({
        value: value,
        // In the middle of the year the other line goes on beside the end of this one.
        label: { show: place === last, position: place === values.length - 1 ? "right" : "top", formatter: `${name}  ${amount(value || 0)}`, color: colour },
      })),
      symbol: "circle",
      symbolSize: dashed ? 0 : 7,
      cursor: dashed ? "default" : "pointer",
      lineStyle: { color: colour, width: dashed ? 1.5 : 2, type: dashed ? "dashed" : "solid" },
      itemStyle: { color: colour },
      animation: false,
    };
  }

  function draw() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const last = lastKnown(data.running);
    const series = [line(names.before, data.before, colour("--bar-compare"), true), line(names.now, data.running, colour("--accent"), false)];
    if (data.undated && last >= 0) {
      const whole = data.running[last] + data.undated;
      series.push({
        name: names.now,
        type: "scatter",
        symbol: "diamond",
        symbolSize: 10,
        data: [{ value: [last, whole], url: data.undatedUrl }],
        itemStyle: { color: "transparent", borderColor: colour("--accent"), borderWidth: 1.5 },
        label: { show: true, position: "right", formatter: `${box.dataset.whole}  ${amount(whole)}`, color: colour("--accent") },
        animation: false,
      });
    }
    chart.setOption(
      {
        textStyle: { fontFamily: style.getPropertyValue("--font") || "sans-serif", fontSize: 12 },
        grid: { left: 8, right: 110, top: 16, bottom: 8, containLabel: true },
        tooltip: {
          trigger: "axis",
          renderMode: "richText",
          formatter: (rows) =>
            [`${year}-${String(rows[0].dataIndex + 1).padStart(2, "0")}`]
              .concat(rows.filter((row) => row.seriesType === "line" && row.value !== null).map((row) => `${row.seriesName}  ${amount(row.value)}`))
              .join("\n"),
        },
        xAxis: {
          type: "category",
          data: data.months,
          axisTick: { show: false },
          axisLine: { lineStyle: { color: colour("--total-line") } },
          axisLabel: { color: colour("--ink-3") },
        },
        yAxis: {
          type: "value",
          min: 0,
          splitNumber: 4,
          splitLine: { lineStyle: { color: colour("--row-line") } },
          axisLabel: { color: colour("--ink-3") },
        },
        series: series,
      },
      true,
    );
  }

  chart.on("click", (event) => {
    const url = event.data && event.data.url ? event.data.url : event.seriesName === names.now ? data.urls[event.dataIndex] : null;
    if (url) window.location.href = url;
  });
  window.addEventListener("resize", () => chart.resize());
  window.addEventListener("beforeprint", () => chart.resize());
  draw();
})();
