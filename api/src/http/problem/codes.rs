//! The one table of problems: what each is called, its status, its words, and whether trying again can help.
//!
//! The page `/docs/problems`, the OpenAPI documents and every answer are made from it. A code never changes its
//! meaning and is never removed.

pub use super::code::Code;
use super::code::table;
use super::words::Words;

table! {
    // What any request can meet.
    REQUEST_MALFORMED "request.malformed" 400:
        "请求内容看不懂" / "The request cannot be understood",
        "请更新小程序后再试；仍不行请联系工作人员。" / "Send the body the OpenAPI document describes; `errors` says what is wrong.",
        machines "请按接口文档的要求发送；errors 说明哪里不对。" / "Send the body the OpenAPI document describes; `errors` says what is wrong.";
    REQUEST_PARAMETER "request.parameter" 400:
        "请求参数不对" / "A parameter is wrong",
        "请更新小程序后再试；仍不行请联系工作人员。" / "Correct the parameters listed in `errors`.",
        machines "请改正 errors 列出的参数。" / "Correct the parameters listed in `errors`.";
    REQUEST_CUT_OFF "request.cut_off" 400 retry 1:
        "内容没有传完" / "The request was cut off",
        "网络可能断了一下，请再试一次。" / "The connection probably broke; send it again.";
    REQUEST_NO_SUCH_PATH "request.no_such_path" 404:
        "没有这个地址" / "There is nothing at this address",
        "请更新小程序后再试。" / "Check the address against the OpenAPI document.",
        machines "请对照接口文档核对地址。" / "Check the address against the OpenAPI document.";
    REQUEST_METHOD "request.method" 405:
        "这个地址不支持这种操作" / "This address does not take this method",
        "请更新小程序后再试。" / "Use one of the methods in the `Allow` header.",
        machines "请使用 Allow 头里的方法。" / "Use one of the methods in the `Allow` header.";
    REQUEST_TOO_LARGE "request.too_large" 413:
        "内容太大" / "The request is too large",
        "请减少内容后再试。" / "Send less: a JSON body holds at most 1 MiB; a photo, what the description of its operation says.",
        machines "请减少内容：请求体最多 1 MiB。" / "Send less: a body holds at most 1 MiB.";
    REQUEST_MEDIA_TYPE "request.media_type" 415:
        "内容格式不对" / "The body has the wrong type",
        "请更新小程序后再试。" / "Set the `Content-Type` the OpenAPI document names.",
        machines "请按接口文档设置 Content-Type（多为 application/json）。" / "Set the `Content-Type` the OpenAPI document names, mostly `application/json`.";
    REQUEST_RATE "request.rate" 429 retry 10:
        "操作太频繁" / "Too many requests",
        "请稍等一会儿再试。" / "Wait as long as `Retry-After` says.";

    // Who is asking.
    SESSION_MISSING "session.missing" 401:
        "还没有登录" / "Not signed in",
        "请先登录。" / "Sign in and send the access token as `Authorization: Bearer …`.";
    SESSION_INVALID "session.invalid" 401:
        "登录信息无效" / "The access token is not valid",
        "请重新登录。" / "Sign in again.";
    SESSION_EXPIRED "session.expired" 401:
        "登录已过期" / "The access token has expired",
        "正在为您重新登录；若没有反应，请退出小程序再打开。" / "Refresh the session, then send the request again.";
    SESSION_ENDED "session.ended" 401:
        "登录已失效，请重新登录" / "The session has ended",
        "请重新登录。" / "Sign in again: the refresh token is unknown, used up or too old.";
    SESSION_REUSED "session.reused" 401:
        "登录凭证被重复使用，已全部退出" / "A refresh token was used twice, so the whole session was ended",
        "为了您的安全，请重新登录。" / "Sign in again. Keep only the newest refresh token and send it once.";
    SESSION_NOT_ALLOWED "session.not_allowed" 403:
        "没有权限" / "Not allowed",
        "请使用有权限的账号登录。" / "Sign in as somebody who may do this.";
    WECHAT_CODE "wechat.code" 401:
        "微信登录没有成功" / "WeChat did not accept the sign-in code",
        "请重新登录。" / "Call `wx.login` again and sign in with the new code; each works once, for five minutes.";
    WECHAT_PHONE_CODE "wechat.phone_code" 422:
        "没有取得手机号" / "WeChat did not accept the phone code",
        "请再点一次“获取手机号”。" / "Let the person press the phone button again; each code works once, for five minutes.";
    WECHAT_BUSY "wechat.busy" 503 retry 5:
        "微信正忙" / "WeChat is busy",
        "请过几秒再试。" / "Wait as long as `Retry-After` says.";
    WECHAT_UNAVAILABLE "wechat.unavailable" 503 retry 10:
        "暂时连不上微信" / "WeChat cannot be reached",
        "请过一会儿再试。" / "Wait as long as `Retry-After` says.";

    // What can be applied for.
    ITEM_UNKNOWN "item.unknown" 404:
        "没有这个事项" / "There is no such item",
        "请回到事项列表重新选择。" / "Choose a code from `list_items`.";
    MATERIAL_UNKNOWN "material.unknown" 404:
        "这个事项不需要这份材料" / "The item has no such material",
        "请按办事指南里的材料清单上传。" / "Choose a code from the item's `materials`.";

    // Photos. The photo engine gives the words for each photo; these are for the page.
    PHOTO_UNKNOWN "photo.unknown" 404:
        "没有这张照片" / "There is no such photo",
        "请重新上传。" / "Upload the photo again.",
        machines "请用 get_whole_case 里 files 的 photo。" / "Take the `photo` of a file in `get_whole_case`; after a correction there may be others.";
    PHOTO_EMPTY "photo.empty" 422:
        "文件是空的" / "The file is empty",
        "请重新选择照片再上传一次。" / "Choose the photo again and upload it.";
    PHOTO_NOT_AN_IMAGE "photo.not_an_image" 422:
        "这个文件不是照片" / "The file is not a photo",
        "请用手机拍照，或从相册里选择一张照片。" / "Take a photo, or choose one from the album.";
    PHOTO_UNSUPPORTED "photo.unsupported" 422:
        "读不了这种图片格式" / "This picture format cannot be read",
        "请截图，或另存为 JPEG、PNG 后再上传。" / "Take a screenshot of it, or save it as JPEG or PNG.";
    PHOTO_DAMAGED "photo.damaged" 422:
        "照片文件损坏" / "The photo is damaged",
        "请在相册里确认照片能完整显示，再重新上传。" / "Check that it shows completely in the album and upload it again.";
    PHOTO_TOO_LARGE "photo.too_large" 422:
        "照片文件太大" / "The file is too large",
        "请用相机的普通模式重新拍，或在相册里缩小。" / "Take it in the camera's normal mode, or make it smaller in the album.";
    PHOTO_TOO_MANY_PIXELS "photo.too_many_pixels" 422:
        "照片像素太多" / "The photo has too many pixels",
        "请关闭相机的高像素模式重新拍。" / "Turn off the camera's high-resolution mode and take it again.";
    PHOTO_TOO_SMALL "photo.too_small" 422:
        "照片尺寸太小" / "The photo is too small",
        "请直接用相机拍，或上传原图。" / "Take it with the camera, or upload the original.";
    PHOTO_CANNOT_FIT "photo.cannot_fit" 422:
        "照片无法符合上传规格" / "The photo cannot be made to fit",
        "请靠近一些，只拍需要的部分，重新拍一张。" / "Move closer, show only what is needed, and take it again.";
    PHOTO_BLURRED "photo.blurred" 422:
        "照片模糊" / "The photo is blurred",
        "请端稳手机，点一下屏幕对焦，再拍一张。" / "Hold the phone steady, tap the screen to focus, and take it again.";
    PHOTO_TOO_DARK "photo.too_dark" 422:
        "照片太暗" / "The photo is too dark",
        "请在白天或打开灯后再拍。" / "Take it by day or with the lights on.";
    PHOTO_TOO_BRIGHT "photo.too_bright" 422:
        "照片太亮" / "The photo is too bright",
        "请避开强光和反光，换个角度再拍。" / "Avoid strong light and reflections, and change the angle.";
    PHOTO_TIMEOUT "photo.timeout" 422 retry 5:
        "照片处理时间太长" / "Working on the photo took too long",
        "请稍后再试；若仍不行，请用普通模式重新拍。" / "Try again in a moment; if it fails again, take it in the camera's normal mode.";
    PHOTO_BUSY "photo.busy" 503 retry 3:
        "上传的人太多" / "Too many photos at once",
        "请过几秒再试，照片不会丢。" / "Wait as long as `Retry-After` says.";
    PHOTO_LOST "photo.lost" 503 retry 60:
        "照片暂时取不出来" / "The photo cannot be fetched right now",
        "我们已经知道了，请过一会儿再看；急用请重新上传。" / "We have been told; try again later, or upload the photo again.",
        machines "我们已经知道了，请稍后再取。" / "We have been told; ask for the link again after `Retry-After`.";

    // Uploads in parts.
    UPLOAD_UNKNOWN "upload.unknown" 404:
        "没有这次上传" / "There is no such upload",
        "上传已过期或已放弃，请重新选择照片上传。" / "It has expired or was given up: begin it again with `begin_upload`.";
    UPLOAD_TOO_MANY "upload.too_many" 409:
        "没传完的照片太多" / "Too many uploads are open",
        "请先传完或放弃没传完的照片。" / "Complete uploads, or give them up with `drop_upload`; each ends by itself at `expires_at`.";
    UPLOAD_PART_UNKNOWN "upload.part_unknown" 404:
        "没有这个分片" / "The upload has no such part",
        "请更新小程序后再试。" / "Send the parts the upload lists, by their numbers.";
    UPLOAD_PART_LENGTH "upload.part_length" 422:
        "分片大小不对" / "The part has the wrong length",
        "请重新选择照片上传。" / "Send exactly the `bytes` the upload lists for this part, from its `offset`.";
    UPLOAD_PART_MISMATCH "upload.part_mismatch" 422:
        "分片在路上变了样" / "The part is not what its hash says",
        "网络可能出了差错，请再传一次。" / "It was changed on its way: send the same part again.";
    UPLOAD_INCOMPLETE "upload.incomplete" 422:
        "照片还没有传完" / "Parts are missing",
        "请把剩下的部分传完。" / "Send the parts that `errors` lists, then complete it again.";
    UPLOAD_MISMATCH "upload.mismatch" 422:
        "传上来的照片和选中的不一样" / "The whole file is not what its hash says",
        "请重新选择照片，从头上传。" / "The upload was given up: begin it again and read the file anew.";

    // Cases.
    CASE_UNKNOWN "case.unknown" 404:
        "没有这个办件" / "There is no such case",
        "请在“我的办件”里重新打开。" / "Choose an id from `list_cases`.",
        machines "请用 list_changes 给出的 case_id；已删除的办件请一并删除。" / "Take a `case_id` from `list_changes`; one told as `gone` is gone.";
    CASE_INCOMPLETE "case.incomplete" 422:
        "还有内容没有填好" / "The case is not complete",
        "请按提示逐项补充后再提交。" / "Put right everything that `errors` lists, then submit again.";
    CASE_STATE "case.state" 409:
        "办件现在不能这样操作" / "The case is not in a state that allows this",
        "请刷新办件，查看当前进度。" / "Read the case again and see which state it is in.";
    CASE_CHANGED "case.changed" 412:
        "办件已经被改动" / "The case has changed since it was read",
        "请刷新后再改。" / "Read the case again and repeat the change with its new `ETag`.";
    CASE_TOO_MANY "case.too_many" 409:
        "草稿太多" / "Too many drafts",
        "请先提交或撤回不用的草稿。" / "Submit or withdraw drafts that are no longer needed.";
    CASE_STEP_OPEN "case.step_open" 409:
        "还有环节没有办完" / "A step is under way",
        "请先结束正在办的环节。" / "End the step or the special procedure that was begun, then try again.";
    CASE_STEP_NONE "case.step_none" 409:
        "没有正在办的环节" / "No step is under way",
        "请刷新办件，先开始一个环节。" / "Read the case again; begin a step before you end one.";
    CASE_CORRECTED "case.corrected" 409:
        "补正只能要求一次" / "A correction may be asked for once",
        "请受理，或者依法不予受理。" / "Take the case up, or do not accept it for a reason the law lists.";
    CASE_RATED "case.rated" 409:
        "已经评价过了" / "The case was rated already",
        "谢谢，一个办件评价一次就够了。" / "A case is rated once; the first judgement counts.";
    FORM_INVALID "form.invalid" 422:
        "表单有地方填得不对" / "The form has faults",
        "请按提示逐项修改。" / "Put right everything that `errors` lists.";
    NOTICE_UNKNOWN "notice.unknown" 404:
        "没有这条通知" / "There is no such notice",
        "请刷新通知列表。" / "Choose an id from `list_notices`.";
    CURSOR_INVALID "list.cursor" 400:
        "列表已过期" / "The cursor is not valid",
        "请从头刷新列表。" / "Start again without `cursor`.",
        machines "请用本列表返回的 cursor；不带 cursor 从头（list_changes 从已确认处）开始。" / "Send a `cursor` this list gave. Without one a list begins anew, and `list_changes` where you last acknowledged.";

    // Writing once.
    IDEMPOTENCY_KEY "idempotency.key" 400:
        "防重复编号格式不对" / "`Idempotency-Key` is not one",
        "请更新小程序后再试。" / "Send an `Idempotency-Key` of 8 to 64 letters, digits, `-` or `_`, new for each thing you want done.";
    IDEMPOTENCY_MISMATCH "idempotency.mismatch" 422:
        "防重复编号已用于别的内容" / "The key was used with another body",
        "请刷新后重新提交。" / "Use a new `Idempotency-Key` for another body.";
    IDEMPOTENCY_RUNNING "idempotency.running" 409 retry 2:
        "上一次提交还在处理" / "The first request with this key is still running",
        "请不要重复点击，稍等几秒。" / "Wait as long as `Retry-After` says and send the same request again.";

    // Machines.
    SIGNATURE_INVALID "signature.invalid" 401:
        "签名不对" / "The signature is not valid",
        "请检查应用名、密钥、时间和签名方法。" / "Check app name, secret, clock and algorithm; a nonce works once.";
    MACHINE_SCOPE "machine.scope" 403:
        "没有这项权限" / "The machine lacks a scope",
        "请联系运维人员为本系统开通所需权限。" / "Ask the operator for the scope the operation's description names.";
    MACHINE_UNKNOWN "machine.unknown" 404:
        "没有这个对接系统" / "There is no such machine",
        "请从对接系统列表中选择。" / "Choose a name from `list_machines`.";
    WEBHOOK_UNKNOWN "webhook.unknown" 404:
        "没有这个回调或密钥" / "There is no such webhook, or no such key",
        "请从回调列表中选择。" / "Choose a name from `list_webhooks`.";
    WEBHOOK_NAME "webhook.name" 400:
        "回调名称格式不对" / "The name will not do",
        "名称由 1 到 32 个字母、数字、- 或 _ 组成。" / "Use 1 to 32 letters, digits, `-` or `_`.";
    WEBHOOK_ADDRESS "webhook.address" 422:
        "回调地址不能使用" / "The address will not do",
        "请使用能从公网访问的 https 地址；内网地址须由运维人员放行。" / "Use an https address of a public host; a private network has to be allowed by the operator.";
    WEBHOOK_LAST_KEY "webhook.last_key" 409:
        "这是最后一个密钥" / "It is the only key",
        "请先用 put_webhook_key 设置新的密钥；不再接收时用 delete_webhook 删除回调。" / "Make another with `put_webhook_key` first; to be called no more, remove the webhook with `delete_webhook`.";
    WEBHOOK_TOO_MANY "webhook.too_many" 409:
        "回调或密钥太多" / "Too many webhooks or keys",
        "请先删除不用的。" / "Remove what is no longer needed.";
    RULE_UNKNOWN "rule.unknown" 404:
        "没有这个上传规格" / "There is no such photo rule",
        "请从规格列表中选择。" / "Choose a name from `list_rules`.";
    PORTAL_UNAVAILABLE "portal.unavailable" 503 retry 30:
        "暂时连不上省平台" / "The portal does not answer",
        "请过一会儿再试。" / "Wait as long as `Retry-After` says.";
    PORTAL_REFUSED "portal.refused" 409:
        "省平台拒绝了，或答复看不懂" / "The portal refuses, or says what cannot be read",
        "请按 detail 里省平台的答复处理后再试。" / "Mend what the portal's words in `detail` name, then ask again: by itself it stays so.";
    PORTAL_NO_RULES "portal.no_rules" 409:
        "省平台不提供上传规格" / "The portal cannot be asked for its photo rules",
        "请用 state_rules 提交规格。" / "State them with `state_rules`.";
    LINK_INVALID "link.invalid" 403:
        "链接无效或已过期" / "The link is not valid, or not any more",
        "请重新获取链接。" / "Ask for a new link: each lives for minutes.";
    REPORT_INVALID "report.invalid" 422:
        "状态回传内容不对" / "The report has faults",
        "请按 errors 逐项修改后重发。" / "Put right everything that `errors` lists and send it again.";

    SUBSCRIPTION_TEMPLATE "subscription.template" 422:
        "没有这个消息模板" / "There is no such template",
        "请更新小程序后再试。" / "Choose a template from `list_items`.";

    // Deliveries.
    DELIVERY_UNKNOWN "delivery.unknown" 404:
        "没有这条转办记录" / "There is no such delivery",
        "请刷新列表。" / "Choose an id from the list.";
    DELIVERY_NOT_PARKED "delivery.not_parked" 409:
        "这条转办记录没有挂起" / "The delivery is neither parked nor unknown",
        "请刷新列表，查看它现在的状态。" / "Read the list again; only parked and unknown deliveries can be driven again.";
    DELIVERY_SETTLED "delivery.settled" 409:
        "这条转办记录已经了结" / "The delivery is over",
        "请刷新列表，查看它是怎样了结的。" / "Nothing is left to do; read it again to see how it ended.";
    DELIVERY_LEASED "delivery.leased" 409 retry 30:
        "这条转办记录正在发送" / "The delivery is being sent right now",
        "请稍后再试。" / "Wait as long as `Retry-After` says, then read it again: it may be over.";
    DESTINATION_UNKNOWN "destination.unknown" 404:
        "没有这个去向" / "There is no such destination",
        "请从去向列表中选择。" / "Choose a name from `list_destinations`.";
    RECONCILIATION_NONE "reconciliation.none" 404:
        "还没有对过账" / "Nothing was compared yet",
        "请先运行 gaoxingban reconcile，或者设置 GXB_PORTAL_RECONCILE。" / "Run `gaoxingban reconcile` first, or set `GXB_PORTAL_RECONCILE`.";

    // Our side.
    INTERNAL "internal" 500:
        "服务器出了问题" / "Something went wrong on our side",
        "请稍后再试；仍不行，请把编号告诉工作人员。" / "Try again later; if it goes on, report the `request_id`.",
        machines "请稍后原样重发；仍不行，请把 request_id 告诉运维人员。" / "Send the same again later; if it goes on, tell the operator the `request_id`.";
    SERVICE_UNAVAILABLE "service.unavailable" 503 retry 5:
        "服务暂时不可用" / "The service is not available right now",
        "请过一会儿再试，已填写的内容不会丢。" / "Wait as long as `Retry-After` says.",
        machines "请按 Retry-After 等待后原样重发。" / "Wait as long as `Retry-After` says, then send the same again.";
    SERVICE_TIMEOUT "service.timeout" 503 retry 5:
        "处理时间太长" / "The request took too long",
        "请再试一次；同一份申请不会重复提交。" / "Send the very same request again; with the same `Idempotency-Key` nothing happens twice.",
        machines "请按 Retry-After 等待后原样重发。" / "Wait as long as `Retry-After` says, then send the same again.";
}
