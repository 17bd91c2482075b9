import { Amount, Badge, Button, Card, CardHeader, EmptyState, ErrorState, Fact, Facts, Field, Input, Link, LoadingRows, Name, Notice, PageHeader, StaffOnly, Table, Time, defineModule, useAnswer, useAudience, useGo, usePlace } from "@groat/console";
import { useGroat, useRequests } from "@groat/react";
import { useEffect, useState } from "react";
import { Fragment, jsx, jsxs } from "react/jsx-runtime";
// src/payments.ts
/** A person's payments, live: each of them changes the person's balance, which staff can follow. null: nobody's. */
function usePayments(user) {
	const groat = useGroat();
	useEffect(() => user === null ? void 0 : groat.watch(user), [groat, user]);
	const renew = (change) => change.type === "balance" && change.account === `user:${user}`;
	const { value, ...rest } = useAnswer(user === null ? null : "/v1/topups", {
		query: { user: user ?? "" },
		renew
	});
	return {
		...rest,
		payments: value?.items
	};
}
// src/face.tsx
/** A refund in a line. */
function RefundLine({ request: { data } }) {
	return [`of ${data.payment}`, data.why].filter(Boolean).map(String).join(" · ");
}
/** The data of a refund. Staff see beside them what the provider told of the payment. */
function RefundFace({ request }) {
	const { staff } = useAudience();
	const { payment, why } = request.data;
	return /* @__PURE__ */ jsxs(Facts, { children: [
		/* @__PURE__ */ jsx(Fact, {
			label: "Payment",
			children: /* @__PURE__ */ jsx("code", {
				className: "topups-payment",
				children: payment
			})
		}),
		staff && /* @__PURE__ */ jsx(Fact, {
			label: "Paid in",
			children: /* @__PURE__ */ jsx(PaidIn, {
				user: request.user,
				payment
			})
		}),
		why && /* @__PURE__ */ jsx(Fact, {
			label: "Why",
			children: why
		})
	] });
}
function PaidIn({ user, payment }) {
	const { payments, error } = usePayments(user);
	const found = payments?.find((one) => one.payment === payment);
	if (found) return /* @__PURE__ */ jsx(Amount, {
		value: found.amount,
		asset: found.asset
	});
	if (!payments) return error ? "could not be read" : "…";
	return /* @__PURE__ */ jsx(Notice, {
		tone: "warn",
		children: "The provider told of no such payment"
	});
}
// src/icon.tsx
var CoinIcon = (props) => /* @__PURE__ */ jsxs("svg", {
	viewBox: "0 0 24 24",
	width: "24",
	height: "24",
	fill: "none",
	stroke: "currentColor",
	strokeWidth: "2",
	...props,
	children: [/* @__PURE__ */ jsx("circle", {
		cx: "12",
		cy: "12",
		r: "9"
	}), /* @__PURE__ */ jsx("path", { d: "M12 8v8M8 12h8" })]
});
// src/refunds.tsx
var KIND = "topup_refund";
var STATES = {
	waiting: ["warn", "Waiting"],
	sent: ["good", "Sent"],
	rejected: ["bad", "Rejected"],
	cancelled: ["plain", "Cancelled"]
};
var COLUMNS$1 = [
	{
		title: "Payment",
		cell: ({ id, data }) => /* @__PURE__ */ jsx(Link, {
			to: `/requests/${KIND}/${id}`,
			children: String(data.payment)
		})
	},
	{
		title: "Amount",
		align: "end",
		cell: ({ amount, asset }) => /* @__PURE__ */ jsx(Amount, {
			value: amount ?? "0",
			asset: asset ?? ""
		})
	},
	{
		title: "State",
		cell: ({ state }) => {
			const [tone, title] = STATES[state] ?? ["plain", state];
			return /* @__PURE__ */ jsx(Badge, {
				tone,
				children: title
			});
		}
	},
	{
		title: "Asked",
		from: "sm",
		cell: ({ filed_at }) => /* @__PURE__ */ jsx(Time, {
			at: filed_at,
			form: "age"
		})
	}
];
/** Refunds by a filter, live. */
function RefundTable({ filter, empty }) {
	const { items, loading, error, refresh, hasMore, loadMore } = useRequests({
		...filter,
		kind: KIND
	});
	if (error) return /* @__PURE__ */ jsx(ErrorState, {
		error,
		onRetry: refresh
	});
	if (loading && items.length === 0) return /* @__PURE__ */ jsx(LoadingRows, { rows: 2 });
	if (items.length === 0) return /* @__PURE__ */ jsx(EmptyState, { title: empty });
	return /* @__PURE__ */ jsxs(Fragment, { children: [/* @__PURE__ */ jsx(Table, {
		caption: "Refunds",
		columns: COLUMNS$1,
		rows: items,
		rowId: ({ id }) => id
	}), hasMore && /* @__PURE__ */ jsx(Button, {
		look: "quiet",
		busy: loading,
		onClick: loadMore,
		children: "More"
	})] });
}
/** For everybody: one's own refunds. */
function Refunds() {
	return /* @__PURE__ */ jsxs(Fragment, { children: [/* @__PURE__ */ jsx(PageHeader, {
		title: "Refunds",
		hint: "Top-ups that you want back.",
		children: /* @__PURE__ */ jsx(Button, {
			asChild: true,
			look: "primary",
			children: /* @__PURE__ */ jsx(Link, {
				to: `/requests/${KIND}/new`,
				children: "Ask for a refund"
			})
		})
	}), /* @__PURE__ */ jsx(Card, { children: /* @__PURE__ */ jsx(RefundTable, {
		filter: {},
		empty: "You have asked for none"
	}) })] });
}
// src/top-ups.tsx
var COLUMNS = [{
	title: "Payment",
	cell: ({ payment }) => /* @__PURE__ */ jsx("code", {
		className: "topups-payment",
		children: payment
	})
}, {
	title: "Amount",
	align: "end",
	cell: ({ amount, asset }) => /* @__PURE__ */ jsx(Amount, {
		value: amount,
		asset
	})
}];
/** Whose payments the address names. An id may look like a number, and then it is read as one. */
var userOf = ({ user }) => user === void 0 ? null : String(user);
/** For staff: a person's payments, and the refunds that wait. */
function TopUps() {
	return /* @__PURE__ */ jsxs(StaffOnly, { children: [/* @__PURE__ */ jsx(PageHeader, {
		title: "Top-ups",
		hint: "What the payment provider told of, as it comes in."
	}), /* @__PURE__ */ jsxs("div", {
		className: "topups-columns",
		children: [/* @__PURE__ */ jsx(Payments, {}), /* @__PURE__ */ jsxs(Card, {
			"aria-labelledby": "topups-waiting",
			children: [/* @__PURE__ */ jsx(CardHeader, {
				id: "topups-waiting",
				title: "Refunds that wait"
			}), /* @__PURE__ */ jsx(RefundTable, {
				filter: { waits: true },
				empty: "No refund waits"
			})]
		})]
	})] });
}
function Payments() {
	const go = useGo();
	const user = userOf(usePlace().search);
	const [typed, setTyped] = useState(user ?? "");
	function look(event) {
		event.preventDefault();
		const wanted = typed.trim();
		go("/topups", {
			search: wanted ? { user: wanted } : {},
			replace: true
		});
	}
	return /* @__PURE__ */ jsxs(Card, {
		"aria-labelledby": "topups-payments",
		children: [
			/* @__PURE__ */ jsx(CardHeader, {
				id: "topups-payments",
				title: user ? /* @__PURE__ */ jsx(Name, {
					first: true,
					of: `user:${user}`
				}) : "Whose?"
			}),
			/* @__PURE__ */ jsxs("form", {
				onSubmit: look,
				className: "topups-search",
				children: [/* @__PURE__ */ jsx(Field, {
					label: "Person (id)",
					className: "topups-grows",
					children: (wiring) => /* @__PURE__ */ jsx(Input, {
						...wiring,
						value: typed,
						onChange: (event) => setTyped(event.target.value)
					})
				}), /* @__PURE__ */ jsx(Button, {
					type: "submit",
					look: "primary",
					guard: false,
					children: "Show"
				})]
			}),
			user && /* @__PURE__ */ jsx(PaymentTable, { user })
		]
	});
}
function PaymentTable({ user }) {
	const { payments, error, refresh } = usePayments(user);
	if (error) return /* @__PURE__ */ jsx(ErrorState, {
		error,
		onRetry: refresh
	});
	if (!payments) return /* @__PURE__ */ jsx(LoadingRows, { rows: 2 });
	if (payments.length === 0) return /* @__PURE__ */ jsx(EmptyState, {
		icon: /* @__PURE__ */ jsx(CoinIcon, { "aria-hidden": true }),
		title: "No payment yet"
	});
	return /* @__PURE__ */ jsx(Table, {
		caption: `Payments of ${user}`,
		columns: COLUMNS,
		rows: payments,
		rowId: ({ payment }) => payment
	});
}
// src/module.tsx
/** The part of the console that the program topups brings; see docs/programs.md. */
var isStaff = ({ staff }) => staff;
var module_default = defineModule({
	api: 1,
	name: "topups",
	pages: [{
		path: "/topups",
		component: TopUps,
		search: ({ user }) => user === void 0 ? {} : { user }
	}, {
		path: "/topups/refunds",
		component: Refunds
	}],
	nav: [{
		section: "staff",
		to: "/topups",
		label: "Top-ups",
		icon: CoinIcon
	}, {
		section: "own",
		to: "/topups/refunds",
		label: "Refunds",
		icon: CoinIcon,
		when: (one) => !isStaff(one)
	}],
	palette: [{
		label: "Look a person's top-ups up",
		icon: CoinIcon,
		to: "/topups",
		when: isStaff
	}],
	kinds: { topup_refund: {
		page: {
			to: "/topups/refunds",
			label: "Refunds"
		},
		Line: RefundLine,
		Face: RefundFace
	} }
});
export { module_default as default };
